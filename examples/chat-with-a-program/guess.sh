#!/bin/sh
# A game of lines: the program has thought of a number, and you find it.
LC_ALL=C
export LC_ALL
highest=100

think() {
  number=$(($(od -An -N2 -tu2 /dev/urandom) % highest + 1))
  tries=0
}

think
echo "I have thought of a number from 1 to $highest. Which one is it?"
while IFS= read -r line || [ -n "$line" ]; do
  if [ "${#line}" -gt 80 ]; then
    echo "error: that is too long for me, 80 letters will do"
    continue
  fi
  case $line in
    help) echo "Say a number, or: hint, new, quit." ;;
    hint)
      if [ $((number % 2)) = 0 ]; then echo "It is even."; else echo "It is odd."; fi
      ;;
    new)
      think
      echo "I have thought of another one, from 1 to $highest."
      ;;
    quit)
      echo "It was $number. Good-bye!"
      exit 0
      ;;
    '' | *[!0-9]* | ????*) echo "error: I know numbers from 1 to $highest, help, hint, new and quit" ;;
    *)
      # Zeros in front would make it octal.
      guess=${line#0}
      guess=${guess#0}
      tries=$((tries + 1))
      if [ "${guess:-0}" -lt "$number" ]; then
        echo "$line is too small."
      elif [ "${guess:-0}" -gt "$number" ]; then
        echo "$line is too large."
      else
        echo "Yes, it is $number! You needed $tries. I have thought of another one."
        think
      fi
      ;;
  esac
done
