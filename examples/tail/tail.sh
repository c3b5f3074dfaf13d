#!/bin/sh
# Follows a log file, through rotations, too; a line that a client writes goes to stderr: to websockd's own log.
# Usage: tail.sh FILE
if [ ! -r "$1" ]; then
  echo "error: cannot read the file to follow"
  exit 1
fi
LC_ALL=C
export LC_ALL
tail -n 20 -F "$1" 2>/dev/null &
follower=$!
trap 'kill "$follower" 2>/dev/null' EXIT
trap 'exit 0' INT TERM
while IFS= read -r line || [ -n "$line" ]; do
  if [ -z "$line" ] || [ "${#line}" -gt 200 ]; then
    echo "error: a line for the log has 1 to 200 bytes"
  else
    printf '%s\n' "$line" >&2
  fi
done
