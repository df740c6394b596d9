#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is installed, and what a release consists of. These tests need this machine only; packaging/check tries
# packages on other systems.

load lib/network.bash
load lib/assertions.bash
on_network make_releases

# make_releases: makes two releases of the same sources, in different directories and with different umasks.
make_releases() {
	missing=$(first_missing)
	machine=$(uname -m)
	export missing machine
	[ -z "$missing" ] || return 0
	export FIRST=$BATS_FILE_TMPDIR/first/out SECOND=$BATS_FILE_TMPDIR/a/longer/path/to/second/out
	export SOURCE_DATE_EPOCH=1700000000
	mkdir "$BATS_FILE_TMPDIR/tree"
	tar -C "$BINDTO_SOURCE" -c --exclude='./build*' --exclude=./.git . | tar -C "$BATS_FILE_TMPDIR/tree" -x
	release "$FIRST" 022
	release "$SECOND" 077
	name=$(basename "$FIRST"/bindto-*-linux-*.tar.gz .tar.gz)
	export name
}

setup() {
	[ -z "$missing" ] || lacks "$missing"
}

# tests/run puts the libraries here that the system lacks.
BINDTO_LIBRARIES=$BINDTO_BUILD/libraries/usr/lib/$(uname -m)-linux-gnu
export BINDTO_LIBRARIES

first_missing() {
	local command
	for command in cc cmake dpkg-shlibdeps gzip tar; do
		command -v $command >/dev/null || echo "$command is not installed"
	done | head -n 1
	[ -e "$BINDTO_LIBRARIES/libmnl.a" ] || [ "$(cc -print-file-name=libmnl.a)" != libmnl.a ] ||
		echo "libmnl.a is not here (tests/run without --no-install gets it)"
}

# release DIRECTORY UMASK: makes a release in DIRECTORY, of a copy of the sources beside it.
release() {
	(
		umask "$2"
		mkdir -p "${1%/*}"
		cp -r "$BATS_FILE_TMPDIR/tree" "${1%/*}"
		"${1%/*}/tree/packaging/release" "$1" binary deb
	)
}

# unpacked: makes $UNPACKED, a directory that any user may enter.
unpacked() {
	UNPACKED=$(mktemp -d "$BINDTO_TESTS_DIR/tmp/unpacked.XXXXXX")
	chmod 755 "$UNPACKED"
}

# expected_libraries: if a 32-bit library was built, there are two, under the names that loaders look for.
expected_libraries() {
	if [ -e "$BINDTO_TESTS_DIR/preload/lib32/libbindto.so" ]; then
		printf '%s\n' lib/bindto/{haswell,xeon_phi,i386,i486,i586,libbindto.so} \
			lib/bindto/{x86_64,i686}/libbindto.so
	else
		echo lib/bindto/libbindto.so
	fi
}

expected_files() {
	printf '%s\n' bin/bindto share/bash-completion/completions/bindto \
		share/fish/vendor_completions.d/bindto.fish share/zsh/site-functions/_bindto "$@"
}

# assert_files DIRECTORY <NAMES: DIRECTORY has these files, and no others.
assert_files() {
	diff <(sort) <(cd "$1" && find . ! -type d -printf '%P\n' | sort)
}

@test "cmake --install puts these files into DESTDIR, and no others" {
	need cmake
	unpacked
	DESTDIR=$UNPACKED cmake --install "$BINDTO_BUILD" --prefix /opt/bindto
	{
		expected_libraries
		expected_files share/man/man1/bindto.1 share/doc/bindto/{README.md,CHANGELOG.md,LICENSE}
	} | assert_files "$UNPACKED/opt/bindto"
	assert_equal "$(ls "$UNPACKED")" opt
}

@test "an executable that is not built for a package contains the libraries that exist as archives" {
	need cc ldd
	local library
	run ldd "$BINDTO"
	for library in mnl jansson cap seccomp; do
		case $(cc -print-file-name="lib$library.a") in
		/*) refute_output --partial "lib$library." ;;
		*) assert_output --partial "lib$library." ;;
		esac
	done
}

@test "a release is the same bytes wherever it is made" {
	[ -e "$FIRST/SHA256SUMS" ]
	diff -r "$FIRST" "$SECOND"
	(cd "$FIRST" && sha256sum --check --strict SHA256SUMS)
	assert_equal "$(cut -d ' ' -f 3 "$FIRST/SHA256SUMS")" "$(cd "$FIRST" && printf '%s\n' bindto* | sort)"
}

@test "the source tarball holds the sources, and nothing that was built" {
	unpacked
	tar -C "$UNPACKED" -xf "$FIRST/${name%-linux-*}.tar.gz"
	diff -r "$BATS_FILE_TMPDIR/tree" "$UNPACKED/${name%-linux-*}"
	[ -z "$(find "$UNPACKED/${name%-linux-*}" -name 'build*')" ]
}

# released: $LAUNCHER becomes the release's executable, which any user can run.
released() {
	unpacked
	tar -C "$UNPACKED" -xf "$FIRST/$name.tar.gz"
	LAUNCHER=$UNPACKED/$name/bin/bindto
}

@test "the binary tarball holds one static executable of at most 1.6 MiB and its documentation" {
	need file ldd
	released
	expected_files share/man/man1/bindto.1 share/doc/bindto/{README.md,CHANGELOG.md,LICENSE} \
		share/doc/bindto/licences/lib{c6,cap,jansson,mnl,seccomp}-dev | assert_files "$UNPACKED/$name"
	run file "$LAUNCHER"
	assert_output --regexp 'static(-pie|ally) linked.* stripped$'
	run ldd "$LAUNCHER"
	assert_output --regexp 'statically linked|not a dynamic executable'
	[ "$(stat -c %s "$LAUNCHER")" -le $((16 * 1024 * 1024 / 10)) ]
	assert_equal "$("$LAUNCHER" --version)" "$("$BINDTO" --version)"
}

@test "the static executable pins, by either engine" {
	need curl
	released
	as_each static_pins
}

static_pins() {
	local get=(curl -sS --max-time 10 http://192.0.2.1/)
	assert_comes_from 203.0.113.2 eth0 "${get[@]}" &&
		assert_comes_from 203.0.113.3 eth0 "$LAUNCHER" -a 203.0.113.3 "${get[@]}" &&
		assert_comes_from 198.51.100.2 wlan0 "$LAUNCHER" -i wlan0 "${get[@]}" &&
		assert_comes_from 198.51.100.2 wlan0 "$LAUNCHER" --strict -i wlan0 "${get[@]}" &&
		assert_comes_from 203.0.113.3 eth0 "$LAUNCHER" -a 203.0.113.3 "$PROBE/who-static" 192.0.2.1 7000
}

@test "the static executable inside of itself pins by the inner one's options, as the dynamic one does" {
	released
	as_each nested
}

nested() {
	local who=("$PROBE/who" 192.0.2.1 7000)
	assert_comes_from 198.51.100.2 wlan0 "$LAUNCHER" -a 203.0.113.3 "$LAUNCHER" -i wlan0 "${who[@]}" &&
		assert_comes_from 198.51.100.2 wlan0 "$LAUNCHER" -a 203.0.113.3 \
			sh -c '"$@" && true' sh "$LAUNCHER" -i wlan0 "${who[@]}" &&
		assert_comes_from 203.0.113.3 eth0 "$LAUNCHER" --engine preload -a 203.0.113.2 "$LAUNCHER" -s -a 203.0.113.3 "${who[@]}"
}

@test "lintian is quiet about the .deb" {
	need lintian
	run lintian --fail-on error,warning "$FIRST"/bindto_*.deb
	refute_output --regexp '^[EW]:'
	assert_success
}

@test "the .deb says what it is and what it depends on" {
	need dpkg-deb
	local field
	for field in Package=bindto Section=net Priority=optional "Architecture=$(dpkg --print-architecture)" \
		"Version=$(sed -E 's/bindto-([^-]*)-.*/\1/' <<<"$name")-0.1"; do
		assert_equal "$(dpkg-deb -f "$FIRST"/bindto_*.deb "${field%%=*}")" "${field#*=}"
	done
	run dpkg-deb -f "$FIRST"/bindto_*.deb Depends
	assert_output --regexp '^libc6 \(>= [0-9.]+\), libcap2 [^,]*, libjansson4 [^,]*, libmnl0 [^,]*, libseccomp2 [^,]*$'
	run dpkg-deb -f "$FIRST"/bindto_*.deb Maintainer
	assert_output --regexp '^.+ <.+@.+>$'
}

@test "the .deb holds these files, and its executable uses the library beside it" {
	need dpkg-deb
	unpacked
	dpkg-deb -x "$FIRST"/bindto_*.deb "$UNPACKED"
	chmod 755 "$UNPACKED"
	{
		expected_libraries
		expected_files share/man/man1/bindto.1.gz \
			share/doc/bindto/{README.md,copyright,changelog.gz,changelog.Debian.gz}
	} | assert_files "$UNPACKED/usr"
	diff <(gzip -cd "$UNPACKED/usr/share/man/man1/bindto.1.gz") "$BINDTO_SOURCE/man/bindto.1"
	diff "$UNPACKED/usr/share/doc/bindto/copyright" "$BINDTO_SOURCE/LICENSE"
	# bindto uses the installed library only if it equals the one inside of bindto.
	run in_client "$UNPACKED/usr/bin/bindto" -a 203.0.113.3 sh -c 'echo "$LD_PRELOAD"'
	assert_success
	assert_output --regexp "^$UNPACKED/usr/lib/bindto/(\\\$PLATFORM/)?libbindto\.so$"
	run in_client "$UNPACKED/usr/bin/bindto" -a 203.0.113.3 "$PROBE/who" 192.0.2.1 7000
	assert_output --partial 203.0.113.3
}

@test "a release is refused from a tree with changes, and into a directory that is not empty" {
	local tree=$BATS_TEST_TMPDIR/tree
	need git
	cp -r "$BATS_FILE_TMPDIR/first/tree" "$tree"
	git -C "$tree" init -q
	run "$tree/packaging/release" "$BATS_TEST_TMPDIR/out"
	assert_failure
	assert_output 'packaging/release: there are changes that are not committed'
	run "$tree/packaging/release" "$FIRST"
	assert_failure
	assert_output "packaging/release: $FIRST is not empty"
}

# recipe FILE COMMAND...: runs COMMAND in a shell that has read the recipe, as the tools of Arch and Alpine do.
recipe() {
	bash -euc 'CARCH=$1 srcdir=$2 pkgdir=$3; . "$4"; shift 4; "$@"' sh \
		"$(uname -m)" "$UNPACKED" "$UNPACKED/package" "$BINDTO_SOURCE/packaging/$1" "${@:2}"
}

@test "the recipes for Arch and Alpine name this version, and shellcheck is quiet about them" {
	need shellcheck
	local file
	unpacked
	for file in PKGBUILD APKBUILD; do
		run recipe "$file" eval 'echo "$pkgname-$pkgver"'
		assert_output "${name%-linux-*}"
	done
	# The tools that run the recipes set some of their variables and use others.
	shellcheck -s bash -e SC2034,SC2154 "$BINDTO_SOURCE/packaging/PKGBUILD"
	shellcheck -s sh -e SC2034,SC2154 "$BINDTO_SOURCE/packaging/APKBUILD"
}

@test "the recipe for Alpine packs the binary tarball" {
	released
	recipe APKBUILD package
	expected_files share/man/man1/bindto.1 share/doc/bindto/{README.md,CHANGELOG.md,LICENSE} \
		share/doc/bindto/licences/lib{c6,cap,jansson,mnl,seccomp}-dev | assert_files "$UNPACKED/package/usr"
}

@test "the files that README installs are those of a release, and the tarball unpacks as README says" {
	local file command
	unpacked
	while read -r file; do
		[[ $file == *.rpm ]] || [ -e "$FIRST/$file" ] || [ "$machine" != x86_64 ] || fail "there is no $file"
		[[ $file == *"${name:7:5}"* ]] || fail "$file is of another version"
	done < <(grep -oE '\bbindto[-_][0-9][^ ]*\.(deb|rpm|tar\.gz)' "$BINDTO_SOURCE/README.md")
	command=$(sed -nE 's/^    sudo (tar -C .*)/\1/p' "$BINDTO_SOURCE/README.md")
	[[ $command == tar*x86_64* ]]
	command=${command/\/usr\/local/$UNPACKED}
	(cd "$FIRST" && eval "${command/x86_64/$machine}")
	run "$UNPACKED/bin/bindto" --version
	assert_output "bindto ${name:7:5}"
}
