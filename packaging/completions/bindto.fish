# SPDX-License-Identifier: MIT
# Completion of bindto for fish.

# Prints the program and its arguments as far as they are typed; false where there is no program yet.
function __bindto_program
    set -l words (commandline -opc) (commandline -ct)
    set -e words[1]
    while set -q words[2]
        set -l word $words[1]
        set -e words[1]
        switch $word
            case --
                string join -- ' ' (string escape -- $words[1..-2]) $words[-1]
                return
            case --a --ad{,d,dr,dre,dres,dress} --d{,n,ns} --en{,g,gi,gin,gine} --ex{,c,cl,clu,clud,clude} \
                    --in{,t,te,ter,terf,terfa,terfac,terface} --l{,o,og} --p --po{,r,rt}
                set -e words[1]
            case '--*'
            case '-?*'
                # -a, -vi: the value is the next word, unless it is in this one.
                if string match -qr -- '^-[46vhV]*[aipe]$' $word
                    set -e words[1]
                end
            case '*'
                string join -- ' ' (string escape -- $word $words[1..-2]) $words[-1]
                return
        end
    end
    return 1
end

function __bindto_complete_program
    # The value of --strict= is no program.
    string match -q -- '--*=*' (commandline -ct); and return
    set -l line (__bindto_program)
    and complete -C "$line"
    or __fish_complete_command
end

function __bindto_own
    not __bindto_program >/dev/null
end

# Every line of ip(8) is "1: lo    inet 127.0.0.1/8 ..."
function __bindto_lines
    ip -oneline address show $argv 2>/dev/null | string replace -r '^\d+: (\S+)\s+\S+ ([^/ ]+).*' '$1 $2'
end

function __bindto_interfaces
    set -l lines (__bindto_lines)
    for name in (string replace -rf '^ *([^ :]+):.*' '$1' </proc/net/dev)
        set -l addresses (string replace -f -- "$name " '' $lines)
        set -q addresses[1]; or set addresses 'no address'
        printf '%s\t%s\n' $name "$addresses"
    end
end

# A link-local IPv6 address is one of its interface only.
function __bindto_addresses
    __bindto_lines up | string replace -r '^(\S+) (fe80:.*)' '$1 $2%$1' |
        string replace -r '(\S+) (\S+)' '$2\t$1'
end

complete -c bindto -f
complete -c bindto -n __bindto_own -s a -l address -x -a '(__bindto_addresses)' -d 'Pin to this local address; once for each family'
complete -c bindto -n __bindto_own -s i -l interface -x -a '(__bindto_interfaces)' -d 'Pin to this interface, its addresses and the device'
complete -c bindto -n __bindto_own -s p -l port -x -d 'Local ports that sockets may take by themselves'
complete -c bindto -n __bindto_own -s 4 -l ipv4 -d 'IPv4 only'
complete -c bindto -n __bindto_own -s 6 -l ipv6 -d 'IPv6 only'
complete -c bindto -n __bindto_own -s e -l exclude -x -d 'A destination that is reached unpinned'
complete -c bindto -n __bindto_own -s s -l strict -a messages -d 'Supervise the program: nothing of it leaves unpinned'
complete -c bindto -n __bindto_own -l dns -x -d 'Supervise the program, and send its name lookups to this server'
complete -c bindto -n __bindto_own -l engine -x -a 'preload supervise' -d 'Force one of the two engines'
complete -c bindto -n __bindto_own -s v -l verbose -d 'One line on stderr for each socket'
complete -c bindto -n __bindto_own -l log -r -F -d 'Append to this file one line of JSON for each socket'
complete -c bindto -n __bindto_own -s h -l help -d 'Print help'
complete -c bindto -n __bindto_own -s V -l version -d 'Print the version'
complete -c bindto -a '(__bindto_complete_program)'
