// A page that needs no more than the field, the buttons and the log.

import { talk } from "./lines.js";

talk();
