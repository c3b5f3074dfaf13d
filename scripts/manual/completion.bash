# Completion of websockd for bash, 4.4 or later. Written by `bun run build:manual`: edit scripts/manual/completion.bash.
# Read it in ~/.bashrc, or install it as /usr/share/bash-completion/completions/websockd.

_websockd() {
  local cur=$2 names=' @NAMES@ ' valued=' @VALUED@ '
  local rest=${COMP_LINE:0:COMP_POINT} before piece i word name='' command=0
  local -a words=() starts=()
  COMPREPLY=()

  # Bash cuts words at = and :, too: those without a blank between them are one.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    before=$rest
    rest=${rest#"${rest%%[![:blank:]]*}"}
    piece=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && piece=$rest
    rest=${rest#"$piece"}
    if ((i > 0)) && [[ $before == "$piece$rest" ]]; then
      words[${#words[@]} - 1]+=$piece
    else
      words+=("$piece") starts+=("$i")
    fi
  done

  # Options end at the first word that is none, or behind --.
  local last=$((${#words[@]} - 1))
  for ((i = 1; i < last; i++)); do
    word=${words[i]}
    if [[ $word == -- ]]; then
      command=$((i + 1))
    elif [[ $word != -?* ]]; then
      command=$i
    elif [[ $word != *=* ]]; then
      name=${word#-} name=${name#-}
      [[ $valued == *" $name "* ]] && ((++i))
      ((i == last)) && break
    fi
    ((command > 0)) && break
    name=''
  done

  word=${words[last]}
  if ((command == 0)) && [[ -z $name && $word != -* ]]; then command=$last; fi
  if ((command > 0)); then
    # COMMAND and its words are the shell's.
    if declare -F _comp_command_offset >/dev/null; then
      _comp_command_offset "${starts[command]}"
    elif declare -F _command_offset >/dev/null; then
      _command_offset "${starts[command]}"
    elif ((command == last)); then
      compopt -o filenames -o default
      mapfile -t COMPREPLY < <(compgen -c -- "$cur")
    else
      compopt -o default
    fi
    return
  fi

  if [[ -z $name && $word == *=* ]]; then
    name=${word%%=*} name=${name#-} name=${name#-}
  fi
  if [[ -n $name ]]; then
    case $name in
@VALUES@
    esac
    return
  fi

  local dashes=--
  [[ $cur == -[!-]* ]] && dashes=-
  mapfile -t COMPREPLY < <(compgen -P "$dashes" -W "$names" -- "${cur#"$dashes"}")
  [[ $cur == - ]] && mapfile -t COMPREPLY < <(compgen -P -- -W "$names")
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}

complete -F _websockd websockd
