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
            case @VALUED@
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
@OPTIONS@
