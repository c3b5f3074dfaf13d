#compdef websockd
# Completion of websockd for zsh. Written by `bun run build:manual`: edit scripts/manual/completion.zsh.
# Install it as _websockd in a directory of $fpath, such as /usr/share/zsh/vendor-completions.

# -A: options end at the first word that is none. COMMAND and its words are the shell's.
_arguments -S -A '-*' \
@OPTIONS@
  '(-)1:command:_command_names -e' \
  '*::argument:_normal'
