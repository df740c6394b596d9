# SPDX-License-Identifier: MIT
# What the tests of options at a socket's birth share.
# shellcheck shell=bash disable=SC2154 # output and status are bats's

# born OPTION...: what the sockets of a program have under bindto OPTION..., as VALUES (a python
# expression of s, the socket) says; once if they all have the same.
born() {
	{
		cat <<-END
			def values(s):
			    return $VALUES
		END
		cat <<-'END'
			seen = set()
			for family in V4, V6:
			    for kind in TCP, UDP:
			        seen.add(values(socket.socket(family, kind)))
			        seen.add(values(socket.socket(fileno=by_number("socket", family, kind, 0))))
			for value in sorted(map(str, seen)): print(value)
		END
	} | python "$BINDTO" "$@" --
}

# assert_born VALUE OPTION...: in the engines that see calls by number, all sockets have VALUE.
assert_born() {
	local engine value=$1
	shift
	for engine in both supervise; do
		run born --engine $engine "$@"
		assert_success
		assert_output "$value"
	done
}
