#!/bin/sh
# Answers each line with it, in sh: echo and printf of a shell write at once.
LC_ALL=C
export LC_ALL
while IFS= read -r line || [ -n "$line" ]; do
  if [ "${#line}" -gt 1000 ]; then
    echo "error: a line is at most 1000 bytes"
  else
    printf 'sh: %s\n' "$line"
  fi
done
