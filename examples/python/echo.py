#!/usr/bin/env python3
# Answers each line with it, in Python.
import sys

LINE_MAX = 1000  # bytes

try:
    while line := sys.stdin.buffer.readline(LINE_MAX + 1):
        if len(line) > LINE_MAX and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):  # The rest of it is read, and not kept.
                line = sys.stdin.buffer.readline(LINE_MAX + 1)
            sys.stdout.buffer.write(b"error: a line is at most 1000 bytes\n")
        else:
            sys.stdout.buffer.write(b"python: " + line.rstrip(b"\r\n") + b"\n")
        sys.stdout.buffer.flush()  # A pipe is not flushed at each line by itself.
except (BrokenPipeError, KeyboardInterrupt):
    sys.stderr.close()  # The client is gone: nobody to tell.
