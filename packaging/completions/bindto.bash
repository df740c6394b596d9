# SPDX-License-Identifier: MIT
# Completion of bindto for bash. Uses bash-completion's helper for the program's own arguments where
# it is loaded, and needs nothing of it. bash breaks words at ':' and '=': they are joined again
# here, and what bash does not replace is cut off the answers.
# shellcheck shell=bash disable=SC2207 # no answer holds a blank

# The lines of `bindto --list`: name, state, kind, address, scope, flags, default routes. What is
# printed here is an answer a line, with a tab and its description.
_bindto_list() {
	command bindto --list 2>/dev/null | awk 'NR > 1 { if ($4 == "-") $4 = "no address"; '"$1"' }'
}

_bindto_interfaces() {
	_bindto_list '
		printf "%s%s", $1 != name ? (name == "" ? "" : "\n") $1 "\t" : " ", $4
		name = $1'
}

_bindto_addresses() {
	_bindto_list 'if ($2 != "down" && $4 ~ /[.:]/ && $6 !~ /tentative|dadfailed/) print $4 "\t" $1'
}

# Sets words, and starts: where in COMP_WORDS each of them begins.
_bindto_split() {
	local rest=$COMP_LINE word i
	words=() starts=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((i > 0)) && [[ $rest != [[:blank:]]* && ${COMP_WORDS[i - 1]}$'\n'$word == *[:=]$'\n'* ||
			$rest != [[:blank:]]* && $word == [:=]* ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
			starts+=("$i")
		fi
		rest=${rest#*"$word"}
	done
}

# Sets option to the option whose value comes after word, if one does: -a, -vi, --address, --addr.
# It is the letter, or the name of one that has no letter.
_bindto_awaits() {
	local flags
	option=
	case $1 in
	--*=*) ;;
	--a*) option=a ;;
	--d*) option=dns ;;
	--en*) option=engine ;;
	--exc*) option=e ;;
	--in*) option=i ;;
	--lo*) option=log ;;
	--p*) option=p ;;
	--*) ;;
	-*)
		flags=${1#-}
		while [[ $flags == [46svlhV]* ]]; do
			flags=${flags#?}
		done
		case $flags in [aeip]) option=$flags ;; esac
		;;
	esac
}

# Answers with those lines of standard input that begin with $1, without the part before its last
# ':'. Their descriptions are shown where bash asks for a list to show (COMP_TYPE '?'), not for text.
_bindto_answer() {
	local typed=$1 uncut='' answer description
	case $COMP_WORDBREAKS in *:*) uncut=${typed%"${typed##*:}"} ;; esac
	while IFS=$'\t' read -r answer description || [ "$answer" ]; do
		[[ $answer == "$typed"* ]] || continue
		[ "$description" ] && [ "${COMP_TYPE:-}" = 63 ] && answer+="  ($description)"
		COMPREPLY+=("${answer#"$uncut"}")
	done
}

_bindto_value() {
	case $1 in
	a) _bindto_answer "$2" < <(_bindto_addresses) ;;
	i) _bindto_answer "$2" < <(_bindto_interfaces) ;;
	s) _bindto_answer "$2" < <(echo messages) ;;
	engine) _bindto_answer "$2" < <(printf '%s\n' both preload supervise) ;;
	color) _bindto_answer "$2" < <(printf '%s\n' auto always never) ;;
	log)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		;;
	esac
}

# $1: where in COMP_WORDS the program is.
_bindto_program() {
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif ((COMP_CWORD == $1)); then
		COMPREPLY=($(compgen -c -- "${COMP_WORDS[COMP_CWORD]}"))
	else
		compopt -o default 2>/dev/null
	fi
}

_bindto() {
	local words starts option='' word i last
	COMPREPLY=()
	_bindto_split
	last=$((${#words[@]} - 1))
	for ((i = 1; i < last; i++)); do
		word=${words[i]}
		if [ "$option" ]; then
			option=
		elif [ "$word" = -- ]; then
			_bindto_program "${starts[i + 1]}"
			return
		elif [[ $word == -?* ]]; then
			_bindto_awaits "$word"
		else
			_bindto_program "${starts[i]}"
			return
		fi
	done

	word=${words[last]}
	if [ "$option" ]; then
		_bindto_value "$option" "$word"
	elif [[ $word == --*=* ]]; then
		_bindto_awaits "${word%%=*}"
		case $word in # these have a value in the same word only
		--s*) option=s ;;
		--c*) option=color ;;
		esac
		_bindto_value "$option" "${word#*=}"
	elif [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W '-a -i -p -4 -6 -e -s -v -l -h -V --address --interface --port --ipv4 --ipv6
			--exclude --strict --dns --engine --verbose --log --list --explain --json --color --help
			--version' -- "$word"))
	else
		_bindto_program "${starts[last]}"
	fi
}

complete -F _bindto bindto
