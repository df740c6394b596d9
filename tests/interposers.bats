#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bindto together with programs that preload a library of their own (wrappers), in both orders:
# `bindto ... WRAPPER program` and `WRAPPER bindto ... program`. The wrapper still works, and the program's TCP and
# UDP sockets are pinned. gate.bats has gcc's address sanitizer with TCP over IPv4; here are its other sockets,
# and the sanitizer's runtime preloaded.
# shellcheck disable=SC2034,SC2154 # WHO is network.bash's, output and stderr bats's

load lib/network.bash
load lib/assertions.bash
load lib/programs.bash
on_network make_preloaded

make_preloaded() {
	make_reporter reporter
	make_reporter instrumented -fsanitize=address
	TMP=$BINDTO_TESTS_DIR/tmp
	# usage: preloading LIBRARY COMMAND...: puts LIBRARY before the libraries that are preloaded already.
	cat >"$TMP/preloading" <<-'END'
		#!/bin/sh
		export LD_PRELOAD="$1${LD_PRELOAD:+:$LD_PRELOAD}"
		shift
		exec "$@"
	END
	# usage: socks.py READY_FILE: a SOCKS5 server that connects to nobody. It answers in the peer's place, and
	# tells the client from which address the client came.
	cat >"$TMP/socks.py" <<-'END'
		import socket, sys, threading
		def exactly(client, count):
		    return b"".join(client.recv(1) for _ in range(count))
		def serve(client, source):
		    exactly(client, exactly(client, 2)[1])  # the methods that it knows
		    client.sendall(b"\5\0")
		    kind = exactly(client, 4)[3]
		    peer = exactly(client, {1: 4, 4: 16}.get(kind) or exactly(client, 1)[0])  # else it is a name
		    exactly(client, 2)  # the port
		    is_v6 = kind == 4 or kind == 3 and b":" in peer
		    client.sendall(b"\5\0\0" + (b"\4" + bytes(18) if is_v6 else b"\1" + bytes(6)))
		    client.sendall(b"peer proxy/%s\n" % source[0].replace("::ffff:", "").encode())
		    client.shutdown(socket.SHUT_WR)
		    client.recv(1)
		listener = socket.create_server(("::", 9050), family=socket.AF_INET6, dualstack_ipv6=True)
		open(sys.argv[1], "w").close()
		while True:
		    threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
	END
	local host
	for host in server client; do
		start $host python3 "$TMP/socks.py" "$TMP/$host.ready"
		wait_until test -e "$TMP/$host.ready"
	done
	for host in 192.0.2.1 2001:db8:9::1 127.0.0.1; do
		printf '%s\n' "TorAddress $host" "TorPort 9050" "EnableIPv6 1" >"$TMP/torsocks-$host"
		printf '%s\n' strict_chain '[ProxyList]' "socks5 $host 9050" >"$TMP/proxychains-$host"
	done
	chmod -R a+rX "$TMP"
	chmod a+x "$TMP/preloading"
	export TMP
}

# make_reporter NAME FLAG...: makes a program that prints which wrappers it feels, and then from which address
# the server saw each of its sockets.
make_reporter() {
	make_program "$@" <<-'END'
		#include "program.h"
		#include <errno.h>
		#include <fcntl.h>
		#include <stdio_ext.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/stat.h>
		#include <sys/syscall.h>
		#include <sys/sysmacros.h>
		#include <time.h>
		static int feels_eatmydata(void) /* the kernel syncs no pipe */
		{
			int ends[2];
			return pipe(ends) == 0 && fsync(ends[0]) == 0;
		}
		static int feels_jemalloc(void)
		{
			Dl_info where;
			return dladdr(dlsym(RTLD_DEFAULT, "malloc"), &where) && strstr(where.dli_fname, "jemalloc");
		}
		static int feels_fakeroot(void) /* a device for the program, a plain file for the kernel */
		{
			char path[200];
			struct stat file;
			struct statx real;
			snprintf(path, sizeof(path), "%s/device-%d", getenv("TMPDIR"), getpid());
			int result = getuid() == 0 && mknod(path, S_IFBLK | 0600, makedev(1, 1)) == 0 &&
				     stat(path, &file) == 0 && S_ISBLK(file.st_mode) &&
				     syscall(SYS_statx, AT_FDCWD, path, 0, STATX_TYPE, &real) == 0 && S_ISREG(real.stx_mode);
			unlink(path);
			return result;
		}
		static int feels_asan(void) /* the byte after a block is poisoned */
		{
			int (*is_poisoned)(const volatile void *) = dlsym(RTLD_DEFAULT, "__asan_address_is_poisoned");
			char *block = malloc(8);
			int result = is_poisoned != NULL && is_poisoned(block + 8);
			free(block);
			return result;
		}
		static void report(const char *label, int family, int type)
		{
			struct timeval limit = {.tv_sec = 5};
			struct sockaddr_in6 peer6 = {.sin6_family = AF_INET6, .sin6_port = htons(7000)};
			const void *peer = family == AF_INET ? (const void *)who("192.0.2.1") : &peer6;
			socklen_t length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(peer6);
			char answer[100] = "", source[100];
			inet_pton(AF_INET6, "2001:db8:9::1", &peer6.sin6_addr);
			int fd = socket(family, type, 0);
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
			if ((type == SOCK_STREAM ? connect(fd, peer, length) : sendto(fd, "?", 1, 0, peer, length)) < 0 ||
			    recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) < 0)
				printf("%s %s\n", label, strerror(errno));
			else
				printf("%s %s\n", label, sscanf(answer, "peer %99s", source) == 1 ? source : "?");
			close(fd);
		}
		int main(void)
		{
			printf("feels%s", feels_eatmydata() ? " eatmydata" : "");
			printf("%s", feels_jemalloc() ? " jemalloc" : "");
			printf("%s", feels_fakeroot() ? " fakeroot" : "");
			printf("%s", __flbf(stdout) ? " stdbuf" : ""); /* nobody else buffers a pipe by lines */
			printf("%s", time(NULL) < 1000000000 ? " faketime" : "");
			printf("%s\n", feels_asan() ? " asan" : "");
			report("tcp4", AF_INET, SOCK_STREAM);
			report("udp4", AF_INET, SOCK_DGRAM);
			report("tcp6", AF_INET6, SOCK_STREAM);
			report("udp6", AF_INET6, SOCK_DGRAM);
			return 0;
		}
	END
}

# each_way ENGINES COMMAND...: runs COMMAND for each engine, with WRAPPER inside and outside of bindto. COMMAND
# finds in `words` what to put before a program, and in `uplink`, `source4` and `source6` what must come of it.
# Root's pin is an address if WRAPPER is inside and an interface if it is outside; the user's is the other one.
each_way() {
	local engine order uplink source4 source6 words
	for engine in $1; do
		for order in inside outside; do
			case ${WHO}_$order in
			root_inside | user_outside)
				uplink=eth0 source4=203.0.113.3 source6=2001:db8:1::3
				words=("$BINDTO" --engine "$engine" -a "$source4" -a "$source6" --)
				;;
			*)
				uplink=wlan0 source4=198.51.100.2 source6=2001:db8:2::2
				words=("$BINDTO" --engine "$engine" -i "$uplink" --)
				;;
			esac
			case $order in
			inside) words+=("${WRAPPER[@]}") ;;
			outside) words=("${WRAPPER[@]}" "${words[@]}") ;;
			esac
			"${@:2}" || return
		done
	done
}

# reports LINE...: the program, after `words`, prints these lines and nothing else. Packets leave by `uplink` from
# each source address that the lines name, and from no other.
reports() {
	local expected sources said
	expected=$(printf '%s\n' "$@")
	sources=$(grep -oE '(203\.0|198\.51|2001:)[0-9a-f.:]+' <<<"$expected" | sort -u)
	witness_mark
	run --separate-stderr client "${words[@]}" "${PROGRAM:-$MADE/reporter}"
	said="(this was: ${words[*]}, and its standard error: $stderr)"
	assert_equal "$status:$output" "0:$expected" || fail "$said" || return
	# shellcheck disable=SC2086 # addresses
	assert_all_by "$uplink" $sources || fail "$said"
}

# feels WRAPPERS: the program feels these, each of its sockets has the right source, and standard error is empty.
feels() {
	reports "feels${1:+ $1}" "tcp4 $source4" "udp4 $source4" "tcp6 $source6" "udp6 $source6" &&
		assert_equal "$stderr" ""
}

# wrapped WRAPPERS WORD...: under the words, the program feels WRAPPERS without bindto, and with it in each way.
wrapped() {
	local uplink=eth0 source4=203.0.113.2 source6=2001:db8:1::2 WRAPPER=("${@:2}") words=("${@:2}")
	feels "$1" && each_way "both preload supervise" feels "$1"
}

need_jemalloc() {
	[ -z "$(LD_PRELOAD=libjemalloc.so.2 true 2>&1)" ] || lacks "libjemalloc.so.2 is not installed"
}

@test "the program feels no wrapper if there is none" {
	local uplink=eth0 source4=203.0.113.2 source6=2001:db8:1::2 words=()
	as_each feels ""
}

@test "libeatmydata works, and the program is pinned" {
	need eatmydata
	as_each wrapped eatmydata eatmydata
}

@test "jemalloc works before the library, and the program is pinned" {
	need_jemalloc
	as_each wrapped jemalloc "$TMP/preloading" libjemalloc.so.2
}

@test "jemalloc works in place of the library, and the program is pinned" {
	need_jemalloc
	as_each wrapped jemalloc env LD_PRELOAD=libjemalloc.so.2
}

@test "fakeroot works, and the program is pinned" {
	need fakeroot
	as_each wrapped fakeroot fakeroot
}

@test "stdbuf works, and the program is pinned" {
	as_each wrapped stdbuf stdbuf -oL
}

@test "libfaketime works, and the program is pinned" {
	need faketime
	as_each wrapped faketime faketime 2001-02-03
}

@test "four wrappers work at once, and the program is pinned" {
	need eatmydata fakeroot faketime
	as_each wrapped "eatmydata fakeroot stdbuf faketime" eatmydata fakeroot stdbuf -oL faketime 2001-02-03
}

@test "gcc's address sanitizer works preloaded, into bindto too, and the program is pinned" {
	as_each wrapped asan "$TMP/preloading" "$(realpath "$(gcc -print-file-name=libasan.so)")"
}

@test "gcc's address sanitizer works linked with the program, and the program is pinned" {
	PROGRAM=$MADE/instrumented as_each wrapped asan
}

# proxychains PROXY, torsocks PROXY: WRAPPER becomes the words that run a program under it.
proxychains() {
	WRAPPER=(proxychains4 -q -f "$TMP/proxychains-$1")
}

torsocks() {
	WRAPPER=(env "TORSOCKS_CONF_FILE=$TMP/torsocks-$1" torsocks)
}

# of SOURCE: prints the pin's address for 4 and 6, and everything else as it is.
of() {
	case $1 in
	4) echo "$source4" ;;
	6) echo "$source6" ;;
	*) echo "$1" ;;
	esac
}

# chained SOURCE: TCP of both families goes to the proxy from SOURCE, and UDP goes past the proxy.
chained() {
	local source
	source=$(of "$1")
	reports feels "tcp4 proxy/$source" "udp4 $source4" "tcp6 proxy/$source" "udp6 $source6"
}

# torified FAMILY SOURCE: TCP of the proxy's FAMILY goes to it from SOURCE. torsocks refuses all other sockets.
torified() {
	local source refused="Bad file descriptor"
	if [ "$order" = outside ]; then
		refuses_to_run
		return
	fi
	source=$(of "$2")
	case $1 in
	4) reports feels "tcp4 proxy/$source" "udp4 $refused" "tcp6 Invalid argument" "udp6 $refused" ;;
	6) reports feels "tcp4 Address family not supported by protocol" "udp4 $refused" "tcp6 proxy/$source" \
		"udp6 $refused" ;;
	esac
}

# refuses_to_run: bindto tries the pin with calls that torsocks refuses, and so cannot try any.
refuses_to_run() {
	witness_mark
	run --separate-stderr client "${words[@]}" "$MADE/reporter"
	assert_equal "$status:$output" "125:" || return
	[[ $stderr == "bindto: cannot run under torsocks: it "*$'\n'"hint: $BINDTO --engine $engine -"*" -- torsocks $MADE/reporter" ]] ||
		fail "$stderr" || return
	refute_packets
}

@test "proxychains asks its proxy from the pin" {
	need proxychains4
	local WRAPPER
	proxychains 192.0.2.1
	as_each each_way "both supervise" chained 4
	proxychains 2001:db8:9::1
	as_each each_way "both supervise" chained 6
}

@test "torsocks asks its proxy from the pin, and bindto does not run under it" {
	need torsocks
	local WRAPPER
	torsocks 192.0.2.1
	as_each each_way "both supervise" torified 4 4
	torsocks 2001:db8:9::1
	as_each each_way "both supervise" torified 6 6
}

@test "proxychains and torsocks reach a proxy on this host" {
	need proxychains4 torsocks
	local WRAPPER
	proxychains 127.0.0.1
	as_each each_way "both supervise" chained 127.0.0.1
	torsocks 127.0.0.1
	as_each each_way "both supervise" torified 4 127.0.0.1
}

# --- What --engine preload leaves open. ---

# If proxychains comes before the library, it calls the library's connect(), which pins. If it comes after, it calls
# libc's, and its socket has only what the library's socket() gave it: the address, but not the interface.
chained_by_the_library() {
	if [ "$order $uplink" != "outside wlan0" ]; then
		chained 4
		return
	fi
	witness_mark
	run client "${words[@]}" "$MADE/reporter"
	assert_line "tcp4 proxy/$source4" || return
	[[ $(witness_since_mark) == *"eth0 tcp $source4 "* ]] || fail "it has left by the pin"
}

# If torsocks comes before the library, it takes its functions from libc itself, past the library.
torified_by_the_library() {
	local source4=$source4 uplink=$uplink
	[ "$order" = outside ] || source4=203.0.113.2 uplink=eth0
	torified 4 4
}

@test "--engine preload pins proxychains inside, and outside by address alone; torsocks not at all" {
	need proxychains4 torsocks
	local WRAPPER
	proxychains 192.0.2.1
	as_each each_way preload chained_by_the_library
	torsocks 192.0.2.1
	as_each each_way preload torified_by_the_library
}
