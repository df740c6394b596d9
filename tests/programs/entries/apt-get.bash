# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
packages=(apt)
text='update and download as root, which fetches as its sandbox user _apt'
version() { apt-get --version; }
servers() {
	serve_web
	mkdir -p "$ENTRY_DIR/package/DEBIAN"
	printf 'Package: thing\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n' >"$ENTRY_DIR/package/DEBIAN/control"
	dpkg-deb -b "$ENTRY_DIR/package" "$WEB/thing.deb"
	{
		dpkg-deb -f "$WEB/thing.deb"
		printf 'Filename: ./thing.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s "$WEB/thing.deb")" "$(sha256sum "$WEB/thing.deb" | cut -d' ' -f1)"
	} >"$WEB/Packages"
}
job() {
	local apt=(apt-get -qq -o Dir::State="$PWD/state" -o Dir::Cache="$PWD/cache" -o Dir::Etc="$PWD/etc")
	mkdir -p state/lists/partial cache/archives/partial etc/preferences.d out
	chmod 755 . && chown _apt state/lists/partial cache/archives/partial out
	echo 'deb [trusted=yes] https://www.site.test ./' >etc/sources.list
	pinned_root "${apt[@]}" update
	(cd out && pinned_root "${apt[@]}" download thing)
	! grep unsandboxed "$ENTRY_DIR/log" || fail 'not as its sandbox user'
	same "$WEB/thing.deb" out/*.deb
	came_from $(web_saw /./Packages) $(web_saw /./thing.deb)
}
