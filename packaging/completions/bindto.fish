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
            case --a --ad{,d,dr,dre,dres,dress} --d{,n,ns} --en{,g,gi,gin,gine} --exc{,l,lu,lud,lude} \
                    --in{,t,te,ter,terf,terfa,terfac,terface} --lo{,g} --p --po{,r,rt}
                set -e words[1]
            case '--*'
            case '-?*'
                # -a, -vi: the value is the next word, unless it is in this one.
                if string match -qr -- '^-[46svlhV]*[aipe]$' $word
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
    # The value of --strict= or --color= is no program.
    string match -q -- '--*=*' (commandline -ct); and return
    set -l line (__bindto_program)
    and complete -C "$line"
    or __fish_complete_command
end

function __bindto_own
    not __bindto_program >/dev/null
end

# The lines of `bindto --list`: name, state, kind, address, scope, flags, default routes.
function __bindto_lines
    command bindto --list 2>/dev/null | tail -n +2
end

function __bindto_interfaces
    set -l lines (__bindto_lines | string replace -r '^(\S+) +\S+ +\S+ +(\S+).*' '$1 $2' |
        string replace -r ' -$' ' no address')
    for name in (string replace -r ' .*' '' $lines | uniq)
        set -l addresses (string replace -f -- "$name " '' $lines)
        printf '%s\t%s\n' $name "$addresses"
    end
end

function __bindto_addresses
    __bindto_lines | string match -rv '^\S+ +down | - +- +- |tentative|dadfailed' |
        string replace -r '^(\S+) +\S+ +\S+ +(\S+).*' '$2\t$1'
end

complete -c bindto -f
complete -c bindto -n __bindto_own -s a -l address -x -a '(__bindto_addresses)' -d 'Pin to this local address; once for each family'
complete -c bindto -n __bindto_own -s i -l interface -x -a '(__bindto_interfaces)' -d 'Pin to this interface, its addresses and the device'
complete -c bindto -n __bindto_own -s p -l port -x -d 'Local ports that sockets may take by themselves'
complete -c bindto -n __bindto_own -s 4 -l ipv4 -d 'IPv4 only'
complete -c bindto -n __bindto_own -s 6 -l ipv6 -d 'IPv6 only'
complete -c bindto -n __bindto_own -s e -l exclude -x -d 'A destination that is reached unpinned'
complete -c bindto -n __bindto_own -s s -l strict -a messages -d 'Let the supervisor alone hold the program: for one that you do not trust'
complete -c bindto -n __bindto_own -l dns -x -d 'Send name lookups to this server, pinned; implies --strict'
complete -c bindto -n __bindto_own -l engine -x -a 'both preload supervise' -d 'Choose how the program is held'
complete -c bindto -n __bindto_own -s v -l verbose -d 'One line on stderr for each socket'
complete -c bindto -n __bindto_own -l log -r -F -d 'Append to this file one line of JSON for each socket'
complete -c bindto -n __bindto_own -s l -l list -d 'List the interfaces and their addresses'
complete -c bindto -n __bindto_own -l explain -d 'Start nothing; say what would happen and what is in the way'
complete -c bindto -n __bindto_own -l json -d '--list and --explain for scripts'
complete -c bindto -n __bindto_own -l color -a 'auto always never' -d 'Colours of --list and --explain'
complete -c bindto -n __bindto_own -s h -l help -d 'Print help'
complete -c bindto -n __bindto_own -s V -l version -d 'Print the version'
complete -c bindto -a '(__bindto_complete_program)'
