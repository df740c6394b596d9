#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Two things that libc decides before a hook is asked: which library's functions a plugin finds, and which of a
# name's addresses comes first.

load lib/network.bash
load lib/assertions.bash
on_network

# build_plugins FLAG...: makes in $PLUGINS a program that opens lib/middle.so. That opens plugin.so by its name alone,
# which its RUNPATH finds in lib/below; and plugin.so connects.
build_plugins() {
	need gcc
	PLUGINS=$BINDTO_TESTS_DIR/tmp/plugins$1
	mkdir -p "$PLUGINS/lib/below"
	cat >"$PLUGINS/plugin.c" <<-'END'
		#include <arpa/inet.h>
		#include <unistd.h>
		int run(void)
		{
			struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(7000)};
			char answer[100];
			int fd = socket(AF_INET, SOCK_STREAM, 0);
			inet_pton(AF_INET, "192.0.2.1", &peer.sin_addr);
			if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0)
				return 1;
			ssize_t n = read(fd, answer, sizeof(answer));
			return write(1, answer, n) != n;
		}
	END
	cat >"$PLUGINS/middle.c" <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <stdio.h>
		int run(void)
		{
			void *plugin = dlopen(NEXT, RTLD_NOW | RTLD_DEEPBIND);
			if (plugin == NULL)
				return fprintf(stderr, "%s\n", dlerror());
			return ((int (*)(void))dlsym(plugin, "run"))();
		}
		#ifdef MAIN
		int main(void)
		{
			return run();
		}
		#endif
	END
	gcc "$@" -shared -fPIC -o "$PLUGINS/lib/below/plugin.so" "$PLUGINS/plugin.c"
	gcc "$@" -shared -fPIC -DNEXT='"plugin.so"' -Wl,--enable-new-dtags,-rpath,'$ORIGIN/below' \
		-o "$PLUGINS/lib/middle.so" "$PLUGINS/middle.c"
	gcc "$@" -DMAIN -DNEXT='"middle.so"' -Wl,-rpath,'$ORIGIN/lib' -o "$PLUGINS/program" "$PLUGINS/middle.c"
	chmod -R a+rX "$PLUGINS"
}

@test "plugins opened with RTLD_DEEPBIND are pinned, and found in the same place as without bindto" {
	build_plugins -m64
	assert_pinned 4 "$PLUGINS/program"
}

@test "plugins of a 32-bit program opened with RTLD_DEEPBIND are pinned, and found in the same place" {
	need_32_bit
	build_plugins -m32
	assert_pinned 4 "$PLUGINS/program"
}

# addresses_under PREFIX...: a program under PREFIX prints the name's addresses in order, and its canonical name.
addresses_under() {
	run client "$@" python3 -c '
import socket
found = socket.getaddrinfo("server.test", 80, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
print(*(a[4][0] for a in found), *(a[3] for a in found if a[3]))'
}

@test "a name's addresses of a family without a pin come last" {
	addresses_under
	assert_output '2001:db8:9::1 192.0.2.1 server4.test'
	addresses_under "$BINDTO" -a 203.0.113.3 --
	assert_output '192.0.2.1 2001:db8:9::1 server4.test'
	addresses_under "$BINDTO" -a 2001:db8:1::3 --
	assert_output '2001:db8:9::1 192.0.2.1 server4.test'
	addresses_under "$BINDTO" -i wlan0 --
	assert_output '2001:db8:9::1 192.0.2.1 server4.test'
	addresses_under "$BINDTO" -a 203.0.113.3 -e 2001:db8:9::/64 --
	assert_output '2001:db8:9::1 192.0.2.1 server4.test'
	run client "$BINDTO" -a 203.0.113.3 -- getent ahostsv4 not/a/name
	assert_failure 2
}
