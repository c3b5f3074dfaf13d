#!/usr/bin/env python3
# Counts up by itself, and takes commands meanwhile: a program that speaks without being asked.
import os
import re
import select
import sys
import time

LINE_MAX = 200  # bytes
COUNT_MAX = 10**15  # then it begins again


class Counter:
    def __init__(self):
        self.count = 0
        self.every = 1.0  # seconds
        self.is_running = True
        self.next = time.monotonic()  # when it counts next
        self.rest = b""  # of a line that has not ended

    def obey(self, line):
        words = line.split()
        if words in (["start"], ["stop"]):
            self.is_running = words == ["start"]
            self.next = time.monotonic() + self.every
            return "counting" if self.is_running else "stopped"
        if len(words) == 2 and words[0] == "set" and re.fullmatch(r"[0-9]{1,15}", words[1]):
            self.count = int(words[1])
            return str(self.count)
        if len(words) == 2 and words[0] == "every" and re.fullmatch(r"[2-9][0-9]|[1-9][0-9]{2,4}", words[1]):
            self.every = int(words[1]) / 1000
            self.next = time.monotonic() + self.every
            return f"counting every {words[1]} ms"
        return "error: commands are start, stop, set NUMBER, every MILLISECONDS (20 to 99999)"

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            too_long = len(line) > LINE_MAX
            say("error: a line is at most 200 bytes" if too_long else self.obey(line.decode("utf-8", "replace")))
        self.rest = self.rest[:LINE_MAX + 1]  # A longer one is refused at its end, and not kept.

    def tick(self):
        if self.is_running and time.monotonic() >= self.next:
            self.count = (self.count + 1) % COUNT_MAX
            self.next = max(self.next + self.every, time.monotonic())
            say(str(self.count))


def say(line):
    print(line, flush=True)  # A pipe is not flushed at each line by itself.


def main():
    counter = Counter()
    while True:
        wait = max(0, counter.next - time.monotonic()) if counter.is_running else None
        if select.select([0], [], [], wait)[0]:
            data = os.read(0, 4096)
            if not data:
                return
            counter.take(data)
        counter.tick()


try:
    main()
except (BrokenPipeError, KeyboardInterrupt):
    sys.stderr.close()  # The client is gone: nobody to tell.
