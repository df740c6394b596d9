# SPDX-License-Identifier: MIT
# C and Go programs that a test compiles.
# shellcheck shell=bash

export MADE=$BINDTO_TESTS_DIR/tmp/made

# make_program NAME FLAG... <SOURCE: compiles $MADE/NAME from C, which may include program.h.
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

# make_go_client FILE CGO FLAG...: compiles tests/probe/client.go, without (CGO is 0) or with (1) the C library. If
# there is no Go, it does nothing: the tests that run FILE say that they need `go`.
make_go_client() {
	command -v go >/dev/null || return 0
	GOFLAGS=-mod=mod GOCACHE=/tmp/bindto-go-cache CGO_ENABLED=$2 go build "${@:3}" -o "$1" \
		"$BINDTO_SOURCE/tests/probe/client.go"
}
