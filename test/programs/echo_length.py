"""A service for --framing=length: reads each message, its type and its bounds, and writes it back as it came."""

import struct
import sys

BINARY = 0x80000000


def messages(stream):
    """Yields (is_binary, payload) for each message."""
    while prefix := stream.read(4):
        (length,) = struct.unpack(">I", prefix)
        yield bool(length & BINARY), stream.read(length & ~BINARY)


for is_binary, payload in messages(sys.stdin.buffer):
    length = len(payload) | (BINARY if is_binary else 0)
    sys.stdout.buffer.write(struct.pack(">I", length) + payload)
    sys.stdout.buffer.flush()
