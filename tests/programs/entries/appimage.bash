# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(curl tar)
unreached=yes
text='a script that unpacks a program and its libraries, and runs it'
servers() {
	serve_web
	mkdir -p "$ENTRY_DIR/app/lib"
	cp /usr/bin/curl "$ENTRY_DIR/app/"
	cp "$(ldd /usr/bin/curl | awk '/libcurl/ { print $3 }')" "$ENTRY_DIR/app/lib/"
	{
		printf '%s\n' '#!/bin/sh' 'here=$(mktemp -d)' 'tail -n +6 "$0" | tar -xzC "$here"' \
			'LD_LIBRARY_PATH="$here/lib" "$here/curl" "$@"; status=$?; rm -rf "$here"' 'exit $status'
		tar -C "$ENTRY_DIR/app" -cz .
	} >"$ENTRY_DIR/thing.run"
	chmod 755 "$ENTRY_DIR/thing.run"
}
job() { says_pin "$ENTRY_DIR/thing.run" -sS https://www.site.test/ip; }
