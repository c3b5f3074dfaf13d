#!/usr/bin/env python3
# Conway's game of life: lines of commands in, drawing commands (../DRAWING.md) out.
import json
import random
import re
import sys

SIZE_MIN, SIZE_MAX = 8, 128  # cells, each way
LINE_MAX = 16_384  # bytes of a command
STEPS_MAX = 100  # generations in one command
CELLS_A_LINE = 2_000  # of a drawing command: far below its limits
TEXT_MAX = 200  # characters of an error

# Rows of each, "O" is alive. A board that is too small for one refuses it.
PATTERNS = {
    "glider": [".O.", "..O", "OOO"],
    "blinker": ["OOO"],
    "pulsar": ["..OOO...OOO..", "", "O....O.O....O", "O....O.O....O", "O....O.O....O", "..OOO...OOO..", "",
               "..OOO...OOO..", "O....O.O....O", "O....O.O....O", "O....O.O....O", "", "..OOO...OOO.."],
    "spaceship": [".O..O", "O....", "O...O", "OOOO."],
    "r-pentomino": [".OO", "OO.", ".O."],
    "acorn": [".O.....", "...O...", "OO..OOO"],
    "gun": ["........................O...........", "......................O.O...........",
            "............OO......OO............OO", "...........O...O....OO............OO",
            "OO........O.....O...OO..............", "OO........O...O.OO....O.O...........",
            "..........O.....O.......O...........", "...........O...O....................",
            "............OO......................"],
}


class BadLine(Exception):
    """What is wrong with a command, in words for a person."""


class Board:
    def __init__(self):
        self.width, self.height = 64, 40
        self.wraps = True
        self.cells = set()
        self.generation = 0

    def step(self):
        neighbours = {}
        for x, y in self.cells:
            for place in self.around(x, y):
                neighbours[place] = neighbours.get(place, 0) + 1
        self.cells = {
            place for place, count in neighbours.items()
            if count == 3 or (count == 2 and place in self.cells)
        }
        self.generation += 1

    def around(self, x, y):
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if dx == 0 and dy == 0:
                    continue
                nx, ny = x + dx, y + dy
                if self.wraps:
                    yield nx % self.width, ny % self.height
                elif 0 <= nx < self.width and 0 <= ny < self.height:
                    yield nx, ny

    def clear(self):
        self.cells, self.generation = set(), 0


def number(word, low, high):
    # Not int() alone: it takes "1_0" and digits of all scripts, and is slow on long ones.
    if not re.fullmatch(r"[0-9]{1,6}", word) or not low <= int(word) <= high:
        raise BadLine(f"{word[:20]!r} is no whole number from {low} to {high}")
    return int(word)


def pairs(board, words):
    if not words or len(words) % 2:
        raise BadLine("cells are pairs: X Y X Y ...")
    xs = [number(word, 0, board.width - 1) for word in words[0::2]]
    ys = [number(word, 0, board.height - 1) for word in words[1::2]]
    return set(zip(xs, ys))


def load(board, name):
    rows = PATTERNS.get(name)
    if rows is None:
        raise BadLine(f"no pattern {name[:20]!r}; there are {', '.join(PATTERNS)}")
    left = (board.width - max(map(len, rows))) // 2
    top = (board.height - len(rows)) // 2
    if left < 0 or top < 0:
        raise BadLine(f"{name} is larger than the board")
    board.clear()
    board.cells = {(left + x, top + y) for y, row in enumerate(rows) for x, c in enumerate(row) if c == "O"}


def obey(board, line):
    word, *rest = line.split() or [""]
    if word == "size" and len(rest) == 2:
        width, height = (number(one, SIZE_MIN, SIZE_MAX) for one in rest)
        board.width, board.height = width, height
        board.cells = {(x, y) for x, y in board.cells if x < width and y < height}
    elif word == "on":
        board.cells |= pairs(board, rest)
    elif word == "off":
        board.cells -= pairs(board, rest)
    elif word == "flip":
        board.cells ^= pairs(board, rest)
    elif word == "step" and len(rest) <= 1:
        for _ in range(number(rest[0], 1, STEPS_MAX) if rest else 1):
            board.step()
    elif word == "edges" and rest in (["wrap"], ["dead"]):
        board.wraps = rest == ["wrap"]
    elif word == "load" and len(rest) == 1:
        load(board, rest[0])
    elif word == "random" and not rest:
        board.clear()
        places = [(x, y) for x in range(board.width) for y in range(board.height)]
        board.cells = set(random.sample(places, len(places) // 4))
    elif word == "clear" and not rest:
        board.clear()
    else:
        raise BadLine("commands are: size W H, on, off or flip X Y ..., step [N], edges wrap|dead, "
                      "load NAME, random, clear")


def draw(**command):
    sys.stdout.write(json.dumps(command, separators=(",", ":")) + "\n")


def show(board):
    draw(draw="clear")
    draw(draw="view", left=0, right=board.width, top=0, bottom=board.height)
    draw(draw="grid", x=1, y=1)
    cells = sorted(board.cells, key=lambda place: (place[1], place[0]))
    for i in range(0, len(cells), CELLS_A_LINE):
        draw(draw="cells", color="blue", at=[n for place in cells[i:i + CELLS_A_LINE] for n in place])
    plural = "" if len(cells) == 1 else "s"
    draw(draw="status", text=f"generation {board.generation}, {len(cells)} cell{plural} alive")
    draw(draw="show")


def lines(stream):
    """Each line as text, or None for one that is too long, of which no more than LINE_MAX is ever held."""
    while chunk := stream.readline(LINE_MAX):
        if chunk.endswith(b"\n") or len(chunk) < LINE_MAX:
            yield chunk.decode("utf-8", "replace")
            continue
        while chunk and not chunk.endswith(b"\n"):
            chunk = stream.readline(LINE_MAX)
        yield None


def main():
    board = Board()
    show(board)
    sys.stdout.flush()
    for line in lines(sys.stdin.buffer):
        try:
            if line is None:
                raise BadLine(f"a line is shorter than {LINE_MAX} bytes")
            obey(board, line)
            show(board)
        except BadLine as problem:
            draw(draw="error", text=str(problem)[:TEXT_MAX])
        sys.stdout.flush()  # A pipe is not flushed at each line by itself.


try:
    main()
except (BrokenPipeError, KeyboardInterrupt):
    sys.stderr.close()  # The client is gone: nobody to tell.
