// The two records of state that the kernel keeps for a session, field by field; kernel.ts reads the same offsets.

// Decoder: what `unframe` must remember between two chunks. 252 bytes.
export const INPUT: usize = 0; // u32 out: the first byte not read
export const OUTPUT: usize = 4; // u32 in and out: where the next payload byte goes
export const HEADER_LENGTH: usize = 8; // u32: bytes of a cut header that wait in HEADER
export const KEY: usize = 12; // u32: masking key, turned so that its low byte is the next one
export const REMAINING: usize = 16; // u64: payload bytes of this frame still to come
export const MESSAGE_SIZE: usize = 24; // u64: declared payload of the message so far
export const MESSAGE_SIZE_MAX: usize = 32; // u64: 0 = no limit
export const FRAME: usize = 40; // u32: 0x100 + byte 0 of the header of the frame whose payload is being read, 0 = none
export const MESSAGE_OPCODE: usize = 44; // u32: 1 text, 2 binary, with the reserved bits of its first frame; 0 = none is open
export const UTF8: usize = 48; // u32: state of the UTF-8 automaton
export const FRAGMENTS: usize = 52; // u32: frames of the open message
export const FRAGMENTS_EMPTY: usize = 56; // u32: those of them without payload
export const FRAGMENTS_MAX: usize = 60; // u32
export const FRAGMENTS_EMPTY_MAX: usize = 64; // u32
export const DELIMITER: usize = 68; // u32: byte written at a message's end, or one of those from NO_DELIMITER on
export const MESSAGES: usize = 72; // u32: messages ended, modulo 2^32
export const CONTROL_LENGTH: usize = 76; // u32: payload bytes of the control frame in CONTROL
export const CONTROL_OPCODE: usize = 80; // u32: 8 close, 9 ping, 10 pong
export const HEADER: usize = 84; // 14 bytes
export const CONTROL: usize = 98; // 125 bytes
export const RESERVED_AGREED: usize = 224; // u32: reserved bits, as in byte 0 of a frame, that an extension owns
export const APART: usize = 228; // u32: 1 while a message is open whose record the caller makes
export const SPLITS: usize = 232; // u32: records written beyond one for each message, by delimiters inside of messages
export const SEEN: usize = 236; // v128: the least bytes, as signed ones, of what was written since the call began

// Encoder: what `enframe` and its like must remember between two chunks. 60 bytes.
export const TAIL: usize = 0; // u32 out: the first byte not framed; [TAIL, end) is the begin of a record, or what FAULT is about
export const HELD: usize = 4; // u32: where the begin of an unfinished record is kept
export const HELD_LENGTH: usize = 8; // u32: its length, at most FRAGMENT_SIZE + 1
export const OPCODE: usize = 12; // u32: 1 text, 2 binary
export const CONTINUED: usize = 16; // u32: 1 when a fragment of the open record has been written
export const ENCODER_DELIMITER: usize = 20; // u32
export const RECORDS: usize = 24; // u32: records ended, modulo 2^32
export const FRAGMENT_SIZE: usize = 28; // u32: payload bytes at which an unfinished record is cut
export const PREFIX: usize = 32; // u32: what has come of a record's length prefix, as a number
export const PREFIX_LENGTH: usize = 36; // u32: bytes or digits of it, PREFIX_WHOLE while its record is open
export const RECORD_REMAINING: usize = 40; // u32: bytes of the open record still to come, its terminator included
export const RECORD_SIZE_MAX: usize = 44; // u32: what a length prefix may tell, at most 2^31 - 1
export const TEXT_STATE: usize = 48; // u32: state of `utf8` in the open record, where that is text
export const PLAIN_TYPE: usize = 52; // u32: what records are that do not say it: 1 text, 2 binary, AUTO; 0 = they do
export const FAULT: usize = 56; // u32 out: what is wrong at TAIL, 0 = nothing; nothing may be encoded after it

// What DELIMITER is when it is no byte.
export const NO_DELIMITER: u32 = 256; // messages follow each other without a mark
export const LENGTH_PREFIX: u32 = 257; // 4 bytes before each message: its length, big-endian, with BINARY for binary
export const NETSTRING: u32 = 258; // LENGTH:BYTES, for a text, LENGTH;BYTES, for a binary message
export const NETSTRING_PLAIN: u32 = 259; // LENGTH:BYTES, for both
export const ALL_APART: u32 = 260; // every message is one that the caller makes a record of
export const PREFIX_SIZE: u32 = 4;
export const BINARY: u32 = 0x80000000;
export const PREFIX_WHOLE: u32 = 16; // more than there are digits

/** In PLAIN_TYPE: text when the first fragment is UTF-8, else binary. */
export const AUTO: u32 = 3;

// What FAULT is. Put in words in websocket/prefixed-output.ts, in this order.
export const RECORD_TOO_LONG: u32 = 1; // a length above RECORD_SIZE_MAX, at its last byte or digit
export const DIGIT_WANTED: u32 = 2;
export const LEADING_ZERO: u32 = 3; // a digit behind a 0 that begins a length
export const SEPARATOR_WANTED: u32 = 4;
export const TERMINATOR_WANTED: u32 = 5;
export const TEXT_INVALID: u32 = 6; // a text that is no UTF-8, in what begins at TAIL, behind TEXT_STATE
export const TEXT_CUT: u32 = 7; // a text that ends at TAIL, inside of a character

// What `unframe` returns. Violations are named in websocket/violation.ts in this order.
export const MORE: u32 = 0;
export const CONTROL_FRAME: u32 = 1;
export const RESERVED_BITS: u32 = 2;
export const RESERVED_OPCODE: u32 = 3;
export const CONTROL_FRAGMENTED: u32 = 4;
export const UNEXPECTED_CONTINUATION: u32 = 5;
export const EXPECTED_CONTINUATION: u32 = 6;
export const UNMASKED: u32 = 7;
export const CONTROL_TOO_LONG: u32 = 8;
export const LENGTH_TOP_BIT: u32 = 9;
export const LENGTH_NOT_MINIMAL: u32 = 10;
export const MESSAGE_TOO_BIG: u32 = 11;
export const TOO_MANY_FRAGMENTS: u32 = 12;
export const TOO_MANY_EMPTY_FRAGMENTS: u32 = 13;
export const INVALID_UTF8: u32 = 14;
export const APART_BEGIN: u32 = 15; // a message has begun that the caller is to make a record of
export const APART_END: u32 = 16; // all its payload has been written

// What a netstring's length is made of, and the marks behind it and behind its bytes.
export const ZERO: u32 = 0x30;
export const COLON: u32 = 0x3a; // before a text
export const SEMICOLON: u32 = 0x3b; // before a binary record
export const COMMA: u32 = 0x2c;
