# Completion of websockd for bash, 4.4 or later. Written by `bun run build:manual`: edit scripts/manual/completion.bash.
# Read it in ~/.bashrc, or install it as /usr/share/bash-completion/completions/websockd.

_websockd() {
  local cur=$2 names=' port= address= unixsocket= unixsocket-mode= unixsocket-owner= ssl sslcert= sslkey= sslca= redirport= admin= admin-remote health= origin= sameorigin host= maxforks= maxforks-per-ip= reverselookup basic-auth-file= bearer-file= gate= gate-timeout= trusted-proxy= forwarded= proxy-protocol dir= route= base-path= pty pty= readonly binary framing= frame-type= invalid-utf8= passstderr stderr= passenv= env= subprotocol= subprotocol-required closems= close-codes= stop= on-client-close= finish-timeout= linger= prefork= prefork-env= session-timeout= idle-timeout= once exit-idle= drain-delay= drain= drain-timeout= drain-code= user= group= cwd= umask= nice= limit= cgroup= cgroup-limit= maxframesize= max-record= queue= buffer-memory= compress compress= compress-min= pingms= staticdir= cgidir= cgi-timeout= console devconsole header= header-ws= header-http= config= inetd inetd-path= daemon pidfile= log-file= ready-fd= workers= loglevel= log-format= check as-websocketd help version license ' valued=' port address unixsocket unixsocket-mode unixsocket-owner sslcert sslkey sslca redirport admin health origin host maxforks maxforks-per-ip basic-auth-file bearer-file gate gate-timeout trusted-proxy forwarded dir route base-path framing frame-type invalid-utf8 stderr passenv env subprotocol closems close-codes stop on-client-close finish-timeout linger prefork prefork-env session-timeout idle-timeout exit-idle drain-delay drain drain-timeout drain-code user group cwd umask nice limit cgroup cgroup-limit maxframesize max-record queue buffer-memory compress-min pingms staticdir cgidir cgi-timeout header header-ws header-http config inetd-path pidfile log-file ready-fd workers loglevel log-format '
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
      unixsocket) compopt -o default ;;
      sslcert) compopt -o default ;;
      sslkey) compopt -o default ;;
      sslca) compopt -o default ;;
      basic-auth-file) compopt -o default ;;
      bearer-file) compopt -o default ;;
      gate) compopt -o filenames -o default; mapfile -t COMPREPLY < <(compgen -c -- "${cur#=}") ;;
      dir) compopt -o dirnames ;;
      framing) mapfile -t COMPREPLY < <(compgen -W 'lines nul raw length netstring json' -- "${cur#=}") ;;
      frame-type) mapfile -t COMPREPLY < <(compgen -W 'default text binary auto' -- "${cur#=}") ;;
      invalid-utf8) mapfile -t COMPREPLY < <(compgen -W 'replace binary close' -- "${cur#=}") ;;
      stderr) mapfile -t COMPREPLY < <(compgen -W 'log client merge inherit off' -- "${cur#=}") ;;
      close-codes) mapfile -t COMPREPLY < <(compgen -W 'status plain' -- "${cur#=}") ;;
      on-client-close) mapfile -t COMPREPLY < <(compgen -W 'stop finish' -- "${cur#=}") ;;
      prefork-env) mapfile -t COMPREPLY < <(compgen -W 'none line' -- "${cur#=}") ;;
      drain) mapfile -t COMPREPLY < <(compgen -W 'close finish' -- "${cur#=}") ;;
      drain-code) mapfile -t COMPREPLY < <(compgen -W '1001 1012' -- "${cur#=}") ;;
      user) mapfile -t COMPREPLY < <(compgen -u -- "${cur#=}") ;;
      group) mapfile -t COMPREPLY < <(compgen -g -- "${cur#=}") ;;
      cwd) compopt -o dirnames ;;
      cgroup) compopt -o dirnames ;;
      compress) mapfile -t COMPREPLY < <(compgen -W 'off on takeover' -- "${cur#=}") ;;
      staticdir) compopt -o dirnames ;;
      cgidir) compopt -o dirnames ;;
      config) compopt -o default ;;
      inetd-path) compopt -o dirnames ;;
      pidfile) compopt -o default ;;
      log-file) compopt -o default ;;
      loglevel) mapfile -t COMPREPLY < <(compgen -W 'debug trace access info error fatal none' -- "${cur#=}") ;;
      log-format) mapfile -t COMPREPLY < <(compgen -W 'auto text logfmt json websocketd' -- "${cur#=}") ;;
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
