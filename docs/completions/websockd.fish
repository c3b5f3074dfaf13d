# Completion of websockd for fish. Written by `bun run build:manual`: edit scripts/manual/completion.fish.
# Install it as ~/.config/fish/completions/websockd.fish, or in /usr/share/fish/vendor_completions.d.

# COMMAND and the words behind it, as far as they are typed; 1 when there is none yet.
function __websockd_command
    set -l words (commandline -opc)[2..] (commandline -ct)
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case -
                break
            case -port --port -address --address -unixsocket --unixsocket -unixsocket-mode --unixsocket-mode -unixsocket-owner --unixsocket-owner -sslcert --sslcert -sslkey --sslkey -sslca --sslca -redirport --redirport -admin --admin -health --health -origin --origin -host --host -maxforks --maxforks -maxforks-per-ip --maxforks-per-ip -basic-auth-file --basic-auth-file -bearer-file --bearer-file -gate --gate -gate-timeout --gate-timeout -trusted-proxy --trusted-proxy -forwarded --forwarded -dir --dir -route --route -base-path --base-path -framing --framing -frame-type --frame-type -invalid-utf8 --invalid-utf8 -stderr --stderr -passenv --passenv -env --env -subprotocol --subprotocol -closems --closems -close-codes --close-codes -stop --stop -on-client-close --on-client-close -finish-timeout --finish-timeout -linger --linger -prefork --prefork -prefork-env --prefork-env -session-timeout --session-timeout -idle-timeout --idle-timeout -exit-idle --exit-idle -drain-delay --drain-delay -drain --drain -drain-timeout --drain-timeout -drain-code --drain-code -user --user -group --group -cwd --cwd -umask --umask -nice --nice -limit --limit -cgroup --cgroup -cgroup-limit --cgroup-limit -maxframesize --maxframesize -max-record --max-record -queue --queue -buffer-memory --buffer-memory -compress-min --compress-min -pingms --pingms -staticdir --staticdir -cgidir --cgidir -cgi-timeout --cgi-timeout -header --header -header-ws --header-ws -header-http --header-http -config --config -inetd-path --inetd-path -pidfile --pidfile -log-file --log-file -ready-fd --ready-fd -workers --workers -loglevel --loglevel -log-format --log-format
                set -e words[1..2]
            case '-*'
                set -e words[1]
            case '*'
                break
        end
    end
    set -q words[1]; or return 1
    string join0 -- $words
    return 0
end

function __websockd_in_options
    not __websockd_command >/dev/null
end

function __websockd_complete_command
    __fish_complete_subcommand --commandline (__websockd_command | string split0)
end

complete -c websockd -f
complete -c websockd -n 'not __websockd_in_options' -x -a '(__websockd_complete_command)'
complete -c websockd -n __websockd_in_options -l port -x -d 'TCP port to listen on, 443 with --ssl; 0 takes any free one'
complete -c websockd -n __websockd_in_options -l address -x -d 'address to listen on, IPv6 in brackets; repeat for more (default: all)'
complete -c websockd -n __websockd_in_options -l unixsocket -r -F -d 'Unix socket to listen on; TCP then only with --port or --address'
complete -c websockd -n __websockd_in_options -l unixsocket-mode -x -d 'its permissions, in octal, such as 0660 (default: by the umask)'
complete -c websockd -n __websockd_in_options -l unixsocket-owner -x -d 'its owner, USER, USER:GROUP or :GROUP (default: whoever runs websockd)'
complete -c websockd -n __websockd_in_options -l ssl -d 'speak TLS; needs --sslcert and --sslkey'
complete -c websockd -n __websockd_in_options -l sslcert -r -F -d 'certificate and its chain, PEM; repeat, with --sslkey, for more names'
complete -c websockd -n __websockd_in_options -l sslkey -r -F -d 'private key of the --sslcert in the same place, PEM'
complete -c websockd -n __websockd_in_options -l sslca -r -F -d 'clients must have a certificate signed by one of these, PEM'
complete -c websockd -n __websockd_in_options -l redirport -x -d 'plain HTTP on this port is redirected to --port; 0 = none'
complete -c websockd -n __websockd_in_options -l admin -x -d 'ADDRESS:PORT or unix:PATH for the operator: live view, /metrics, /readyz'
complete -c websockd -n __websockd_in_options -l admin-remote -d 'it may be at an address that others reach, who then need no password'
complete -c websockd -n __websockd_in_options -l health -x -d 'where anybody may ask for /readyz, /livez and /metrics, and no more'
complete -c websockd -n __websockd_in_options -l origin -x -d 'Origins let in: [scheme://]host[:port], with *; null; file://; none; * = all'
complete -c websockd -n __websockd_in_options -l sameorigin -d 'only pages of this very host, no client without an Origin'
complete -c websockd -n __websockd_in_options -l host -x -d 'names that Host may have, with *: against DNS rebinding (default: any)'
complete -c websockd -n __websockd_in_options -l maxforks -x -d 'programs at once, more are answered 429; 0 = what the machine bears'
complete -c websockd -n __websockd_in_options -l maxforks-per-ip -x -d 'programs at once for one address (of IPv6: one /64); 0 = no limit'
complete -c websockd -n __websockd_in_options -l reverselookup -d 'look up the client\'s name for REMOTE_HOST'
complete -c websockd -n __websockd_in_options -l basic-auth-file -r -F -d 'names and passwords of those let in, as htpasswd -B writes them'
complete -c websockd -n __websockd_in_options -l bearer-file -r -F -d 'names and SHA-256 of the tokens of those let in, NAME:HASH'
complete -c websockd -n __websockd_in_options -l gate -r -F -a '(__fish_complete_command)' -d 'asked before each WebSocket, with its CGI variables: exit 0 lets it in'
complete -c websockd -n __websockd_in_options -l gate-timeout -x -d 'how long it may take for that, then 504'
complete -c websockd -n __websockd_in_options -l trusted-proxy -x -d 'proxies that are believed: addresses, networks, unix; repeat for more'
complete -c websockd -n __websockd_in_options -l forwarded -x -d 'they write: x-forwarded-for, -proto, -host; forwarded; none'
complete -c websockd -n __websockd_in_options -l proxy-protocol -d 'they begin each connection with a PROXY header, version 1 or 2'
complete -c websockd -n __websockd_in_options -l dir -x -a '(__fish_complete_directories)' -d 'serve the programs in DIR, each by its path, instead of COMMAND'
complete -c websockd -n __websockd_in_options -l route -x -d 'requests for PATH have a program of their own; repeat for more'
complete -c websockd -n __websockd_in_options -l base-path -x -d 'everything is below this path, such as /app, and nothing beside it'
complete -c websockd -n __websockd_in_options -l pty -d 'run programs in a terminal; =pipe: one for lines, which end up in no buffer'
complete -c websockd -n __websockd_in_options -l readonly -d 'with --pty: show the terminal, and pass no keys and no signals on'
complete -c websockd -n __websockd_in_options -l binary -d 'bytes as they come, out as binary messages: --framing=raw'
complete -c websockd -n __websockd_in_options -l framing -x -a 'lines nul raw length netstring json' -d 'records of stdin and stdout: lines, nul, raw, length, netstring, json'
complete -c websockd -n __websockd_in_options -l frame-type -x -a 'default text binary auto' -d 'what goes out: text, binary, auto = text if UTF-8; raw: binary'
complete -c websockd -n __websockd_in_options -l invalid-utf8 -x -a 'replace binary close' -d 'what becomes of text out that is not UTF-8: replace, binary, close'
complete -c websockd -n __websockd_in_options -l passstderr -d 'stdout and stderr go out as {"stream":"stdout","data":"..."}'
complete -c websockd -n __websockd_in_options -l stderr -x -a 'log client merge inherit off' -d 'stderr: log; client = --passstderr; merge = with stdout; inherit; off'
complete -c websockd -n __websockd_in_options -l passenv -x -d 'variables passed on: NAME, PREFIX_*; +NAME adds'
complete -c websockd -n __websockd_in_options -l env -x -d 'variable set for programs; repeat for more'
complete -c websockd -n __websockd_in_options -l subprotocol -x -d 'subprotocols; the first that the client asks for is agreed on'
complete -c websockd -n __websockd_in_options -l subprotocol-required -d 'refuse clients that ask for none of --subprotocol'
complete -c websockd -n __websockd_in_options -l closems -x -d 'milliseconds added to each wait from stdin\'s end to SIGKILL'
complete -c websockd -n __websockd_in_options -l close-codes -x -a 'status plain' -d 'exit as close code: status = 4000+N, 4300+signal; plain = 1000, 1011'
complete -c websockd -n __websockd_in_options -l stop -x -d 'how a program is ended, step by step'
complete -c websockd -n __websockd_in_options -l on-client-close -x -a 'stop finish' -d 'finish: a program whose client is gone may end by itself'
complete -c websockd -n __websockd_in_options -l finish-timeout -x -d 'how long it may take for that'
complete -c websockd -n __websockd_in_options -l linger -x -d 'after the exit, wait so long for the end of stdout that others hold'
complete -c websockd -n __websockd_in_options -l prefork -x -d 'programs that are started before their clients come, and wait'
complete -c websockd -n __websockd_in_options -l prefork-env -x -a 'none line' -d 'their CGI variables: none; line = as JSON, the first line of stdin'
complete -c websockd -n __websockd_in_options -l session-timeout -x -d 'longest session, then closed with 1001 (default: none)'
complete -c websockd -n __websockd_in_options -l idle-timeout -x -d 'longest time without a message either way, then 1001 (default: none)'
complete -c websockd -n __websockd_in_options -l once -d 'serve one WebSocket, and exit when it is over'
complete -c websockd -n __websockd_in_options -l exit-idle -x -d 'exit when nobody was connected for so long (default: never)'
complete -c websockd -n __websockd_in_options -l drain-delay -x -d 'at a signal to stop, let clients in for so long; /readyz is 503 at once'
complete -c websockd -n __websockd_in_options -l drain -x -a 'close finish' -d 'sessions then: close them, or let them finish by themselves'
complete -c websockd -n __websockd_in_options -l drain-timeout -x -d 'spread their closes over so long; of finish: its bound (default: none)'
complete -c websockd -n __websockd_in_options -l drain-code -x -a '1001 1012' -d 'close code for their clients: 1001 Going Away, 1012 Service Restart'
complete -c websockd -n __websockd_in_options -l user -x -a '(__fish_complete_users)' -d 'programs run as this user, by name or number, in all its groups'
complete -c websockd -n __websockd_in_options -l group -x -a '(__fish_complete_groups)' -d 'programs run in this group, by name or number (default: the user\'s)'
complete -c websockd -n __websockd_in_options -l cwd -x -a '(__fish_complete_directories)' -d 'where programs are started (default: here; CGI scripts, where they lie)'
complete -c websockd -n __websockd_in_options -l umask -x -d 'permissions that files of programs do not get (default: ours)'
complete -c websockd -n __websockd_in_options -l nice -x -d 'programs\' place in the queue for the processor, -20 to 19 (default: ours)'
complete -c websockd -n __websockd_in_options -l limit -x -d 'as prlimit(1) names them: nofile=1024,as=512M,cpu=60:120,core=unlimited'
complete -c websockd -n __websockd_in_options -l cgroup -x -a '(__fish_complete_directories)' -d 'each session gets a cgroup below this one, and nothing in it outlives it'
complete -c websockd -n __websockd_in_options -l cgroup-limit -x -d 'for each of these: memory=256M,pids=64'
complete -c websockd -n __websockd_in_options -l maxframesize -x -d 'largest message from a client, more is closed with 1009; 0 = no limit'
complete -c websockd -n __websockd_in_options -l max-record -x -d 'largest record from length, netstring or json; more: close 1011'
complete -c websockd -n __websockd_in_options -l queue -x -d 'what may wait in each direction before its source is paused'
complete -c websockd -n __websockd_in_options -l buffer-memory -x -d 'what may wait in all sessions together'
complete -c websockd -n __websockd_in_options -l compress -a 'off on takeover' -d 'permessage-deflate: on = each message by itself; takeover = contexts kept'
complete -c websockd -n __websockd_in_options -l compress-min -x -d 'smallest message that is compressed'
complete -c websockd -n __websockd_in_options -l pingms -x -d 'milliseconds between pings; silent for two of them is gone; 0 = none'
complete -c websockd -n __websockd_in_options -l staticdir -x -a '(__fish_complete_directories)' -d 'serve the files in DIR to requests that are no WebSocket'
complete -c websockd -n __websockd_in_options -l cgidir -x -a '(__fish_complete_directories)' -d 'run the CGI scripts in DIR for them'
complete -c websockd -n __websockd_in_options -l cgi-timeout -x -d 'milliseconds for the begin of a script\'s answer; 0 = no limit'
complete -c websockd -n __websockd_in_options -l console -d 'a page to try the program with, or its terminal; beside files at /.websockd/console'
complete -c websockd -n __websockd_in_options -l devconsole -d '--console, by its name with websocketd'
complete -c websockd -n __websockd_in_options -l header -x -d 'field for every response; repeat for more'
complete -c websockd -n __websockd_in_options -l header-ws -x -d 'field for the response that opens a WebSocket'
complete -c websockd -n __websockd_in_options -l header-http -x -d 'field for all other responses'
complete -c websockd -n __websockd_in_options -l config -r -F -d 'TOML file of options; empty: none (default: websockd/config.toml in ~/.config, /etc)'
complete -c websockd -n __websockd_in_options -l inetd -d 'started by inetd: descriptor 0 is the client, or the socket to listen on'
complete -c websockd -n __websockd_in_options -l inetd-path -x -a '(__fish_complete_directories)' -d 'where the program is that a link to websockd is named after'
complete -c websockd -n __websockd_in_options -l daemon -d 'go to the background once all sockets listen; needs --log-file'
complete -c websockd -n __websockd_in_options -l pidfile -r -F -d 'holds the process id, locked: a second server is refused'
complete -c websockd -n __websockd_in_options -l log-file -r -F -d 'the log goes to its end; SIGUSR1 opens it anew'
complete -c websockd -n __websockd_in_options -l ready-fd -x -d 'descriptor that gets a line feed when all sockets listen; -1 = none'
complete -c websockd -n __websockd_in_options -l workers -x -d 'processes that share the clients; auto: one for each processor'
complete -c websockd -n __websockd_in_options -l loglevel -x -a 'debug trace access info error fatal none' -d 'what to log: debug, trace, access, info, error, fatal, none'
complete -c websockd -n __websockd_in_options -l log-format -x -a 'auto text logfmt json websocketd' -d 'auto (text on a terminal, else logfmt), text, logfmt, json, websocketd'
complete -c websockd -n __websockd_in_options -l check -d 'say what each option comes to and what is wrong, and exit'
complete -c websockd -n __websockd_in_options -l as-websocketd -d 'exit codes, Origin rule and log of websocketd, as under its name'
complete -c websockd -n __websockd_in_options -l help -d 'print this and exit'
complete -c websockd -n __websockd_in_options -l version -d 'print the version and exit'
complete -c websockd -n __websockd_in_options -l license -d 'print the licence and exit'
