/* Answers each line with it, in C. */
#include <stdio.h>

enum { LINE_MAX_BYTES = 1000 };

int main(void) {
  static char line[LINE_MAX_BYTES];
  setvbuf(stdout, NULL, _IOLBF, 0); /* A pipe is not flushed at each line by itself. */
  size_t length = 0;
  int is_too_long = 0;
  for (int c = getchar();; c = getchar()) {
    if (c != '\n' && c != EOF) {
      if (length < LINE_MAX_BYTES) line[length++] = (char)c;
      else is_too_long = 1;
      continue;
    }
    if (c == EOF && length == 0) return 0;
    if (is_too_long) {
      puts("error: a line is at most 1000 bytes");
    } else {
      fputs("c: ", stdout);
      fwrite(line, 1, length, stdout);
      putchar('\n');
    }
    if (c == EOF) return 0;
    length = 0;
    is_too_long = 0;
  }
}
