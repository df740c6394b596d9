# SPDX-License-Identifier: MIT
# C and Go programs that a test brings along.
# shellcheck shell=bash

export MADE=$BINDTO_TESTS_DIR/tmp/made

# make_program NAME FLAG...: of C on standard input, with the words of program.h.
make_program() {
	need gcc
	mkdir -p "$MADE"
	cat >"$MADE/program.h" <<-'END'
		#define _GNU_SOURCE
		#include <arpa/inet.h>
		#include <dlfcn.h>
		#include <pthread.h>
		#include <signal.h>
		#include <stdio.h>
		#include <sys/mman.h>
		#include <sys/socket.h>
		#include <sys/time.h>
		#include <unistd.h>
		static const struct sockaddr_in *who(const char *ip)
		{
			static struct sockaddr_in peer = {.sin_family = AF_INET};
			peer.sin_port = htons(7000);
			inet_pton(AF_INET, ip, &peer.sin_addr);
			return &peer;
		}
		static int tell(int fd) /* what the server at the other end says */
		{
			char answer[100];
			ssize_t n = read(fd, answer, sizeof(answer));
			return write(1, answer, n > 0 ? n : 0) != n || n <= 0;
		}
	END
	cat >"$MADE/$1.c"
	gcc -I"$MADE" -o "$MADE/$1" "$MADE/$1.c" "${@:2}"
	chmod -R a+rX "$MADE"
}

# make_go_client FILE CGO FLAG...: tests/probe/client.go, without (0) or with (1) the C library. It is not
# made if there is no Go: the tests that run it need `go`.
make_go_client() {
	command -v go >/dev/null || return 0
	GOFLAGS=-mod=mod GOCACHE=/tmp/bindto-go-cache CGO_ENABLED=$2 go build "${@:3}" -o "$1" \
		"$BINDTO_SOURCE/tests/probe/client.go"
}
