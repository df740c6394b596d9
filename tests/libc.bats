#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Functions of libc that make, bind or connect sockets, or start programs, by calls inside of libc that no preload
# library sees. dns*.bats have name lookups, exec.bats starts of programs.
# shellcheck disable=SC2034,SC2154 # WHO is network.bash's, output bats's

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network

@test "rexec is pinned" {
	make_program rexec -Wno-deprecated-declarations <<-'END'
		#include "program.h"
		#include <netdb.h>
		int main(void)
		{
			char address[] = "192.0.2.1", *host = address;
			rexec(&host, htons(7000), "user", "password", "true", NULL); /* nobody speaks that here */
			return 0;
		}
	END
	as_each leaves_from_the_pin "$MADE/rexec"
}

leaves_from_the_pin() {
	local engine
	for engine in both supervise; do
		witness_mark
		LIMIT=5 run client "$BINDTO" --engine $engine -a 203.0.113.3 -- "$@"
		assert_only 203.0.113.3 eth0 || return
		witness_mark
		LIMIT=5 run client "$BINDTO" --engine $engine -i wlan0 -- "$@"
		assert_only 198.51.100.2 wlan0 || return
	done
}

@test "bindresvport takes a port of the pin" {
	make_program reserved <<-'END'
		#include "program.h"
		#include <rpc/netdb.h>
		int bindresvport(int, struct sockaddr_in *);
		int main(void)
		{
			struct sockaddr_in any = {.sin_family = AF_INET};
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			if (bindresvport(fd, &any) < 0 || connect(fd, (const void *)who("192.0.2.1"), sizeof(any)) < 0) {
				perror("reserved");
				return 1;
			}
			return tell(fd);
		}
	END
	local engine WHO=root # only root may take such ports
	for engine in both supervise preload; do
		run client "$BINDTO" --engine $engine -i wlan0 -- "$MADE/reserved"
		assert_output --regexp '^peer 198\.51\.100\.2 [0-9]{3,4}$'
		run client "$BINDTO" --engine $engine -a 203.0.113.3 -- "$MADE/reserved"
		[ $engine = preload ] || assert_output --regexp '^peer 203\.0\.113\.3 [0-9]{3,4}$'
	done
	# The library did not see the bind inside of libc, and so cannot undo it.
	assert_output "reserved: Network is unreachable"
}

@test "a command that wordexp runs is pinned" {
	make_program words <<-'END'
		#include "program.h"
		#include <wordexp.h>
		int main(int argc, char **argv)
		{
			wordexp_t words;
			if (argc != 2 || wordexp(argv[1], &words, 0) != 0)
				return 1;
			for (size_t i = 0; i < words.we_wordc; i++)
				printf("%s ", words.we_wordv[i]);
			return 0;
		}
	END
	local engine
	for engine in both supervise preload; do
		run client "$BINDTO" --engine $engine -i wlan0 -- "$MADE/words" "\$($PROBE/who 192.0.2.1 7000)"
		assert_output --regexp '^peer 198\.51\.100\.2 '
	done
}
