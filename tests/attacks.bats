#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An attacker changes the directories in /tmp in which bindto keeps its library, before a launch or during 200
# launches. lib/victim.bash has the two users and says what a launch must be like. attacks_places.bats has
# directories that are full, odd or another user's; library_file.bats has the plainer cases.
# shellcheck disable=SC2034,SC2154 # words of victim.bash and network.bash

load lib/network.bash
load lib/assertions.bash
load lib/victim.bash
on_network make_victims_programs

# --- The attacker has taken the name of the victim's directory. ---

link_to_attacker() { attacker ln -s "$EVIL" "$OWN"; }
link_to_nothing() { attacker ln -s "$PLACE/attacker/nothing" "$OWN"; }
link_to_victims_home() { attacker ln -s "$PLACE/home" "$OWN"; }
link_to_victims_directory() { plant && mv "$OWN" "$PLACE/tmp/b" && attacker ln -s "$PLACE/tmp/b" "$OWN"; }
link_to_itself() { attacker ln -s "$OWN" "$OWN"; }
directory_of_attacker() { cp -a "$EVIL" "$OWN"; }
open_directory_of_attacker() { cp -a "$EVIL" "$OWN" && chmod -R a+rwX "$OWN"; }
sticky_directory_of_attacker() { attacker mkdir -m 1777 "$OWN"; }
file() { attacker touch "$OWN"; }
fifo() { attacker mkfifo -m 666 "$OWN"; }
socket() { attacker python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$OWN')"; }
hard_link_to_document() { ln /tmp/document "$OWN"; }
all_taken_and_the_cache() { all_taken && victim mkdir "$PLACE/home/.cache" && cp -a "$EVIL" "$CACHE"; }

@test "an attacker who takes the directory's name gets none of his code loaded and no file written" {
	local setup ENGINES=(--strict "${ENGINES[@]}")
	for setup in link_to_{attacker,nothing,victims_home,victims_directory,itself} file fifo socket hard_link_to_document \
		directory_of_attacker open_directory_of_attacker sticky_directory_of_attacker right_library_of_attacker; do
		try "$setup" "$NEXT"
	done
	try all_taken "$CACHE"
	try all_taken_and_the_cache none
	try all_taken_and_no_home none
}

# --- The victim's own directory was open to the attacker for a time, or an accident changed it. ---

library_links_to_attacker() { by=$ATTACKER instead ln -s "$MADE/evil.so" "$LIBRARY"; }
library_links_to_nothing() { instead ln -s "$PLACE/attacker/nothing" "$LIBRARY"; }
library_links_to_document() { instead ln -s "$PLACE/home/document" "$LIBRARY"; }
library_is_the_document() { instead ln /tmp/document "$LIBRARY"; }
library_links_to_hard_link() {
	plant && attacker mkdir /tmp/shop && ln "$LIBRARY" /tmp/shop/link && victim ln -sf /tmp/shop/link "$LIBRARY"
}
library_is_fifo() { instead mkfifo "$LIBRARY"; }
library_is_socket() { instead python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$LIBRARY')"; }
library_is_directory() { instead mkdir "$LIBRARY"; }
library_is_attackers() { by=$ATTACKER instead cp "$MADE/evil.so" "$LIBRARY"; }
right_library_is_attackers() { plant && owned "$LIBRARY"; }
right_library_is_open() { plant && chmod 766 "$LIBRARY"; }
right_library_has_acl() { plant && acl access "$LIBRARY" 6; }
right_library_has_mode_0() { plant && chmod 0 "$LIBRARY"; }
right_library_is_set_id() { plant && chmod 6711 "$LIBRARY"; }
longer() { plant && echo >>"$LIBRARY"; }
shorter() { plant && truncate -s -1 "$LIBRARY"; }
huge() { plant && truncate -s 1T "$LIBRARY"; }
last_byte() { plant && printf X | dd of="$LIBRARY" bs=1 seek=$(($(stat -c %s "$LIBRARY") - 1)) conv=notrunc status=none; }
version_links() { plant && mv "$VERSION" "$PLACE/tmp/v" && ln -s "$PLACE/tmp/v" "$VERSION"; }
version_is_attackers() { plant && rm -r "$VERSION" && cp -a "$EVIL/${VERSION##*/}" "$VERSION"; }
version_is_open() { plant && chmod 757 "$VERSION"; }
directory_is_set_id() { plant && chmod 7700 "$OWN"; }
directory_has_acl() { plant && acl access "$OWN" 7; }
default_acl_on_tmp() { acl default /tmp 7; }
platform_links() { plant && mv "$VERSION/x86_64" "$PLACE/tmp/p" && ln -s "$PLACE/tmp/p" "$VERSION/x86_64"; }
platform_is_attackers() { plant && rm -r "$VERSION/x86_64" && cp -a "$EVIL/${VERSION##*/}/x86_64" "$VERSION/"; }
alias_links_to_attacker() { plant && ln -sfT "$EVIL/${VERSION##*/}/x86_64" "$VERSION/haswell" && chown -h "$ATTACKER" "$VERSION/haswell"; }
alias_is_attackers() { plant && rm "$VERSION/haswell" && cp -a "$EVIL/${VERSION##*/}/x86_64" "$VERSION/haswell"; }

@test "bindto replaces a wrong file in the library's place, or passes the directory over" {
	local setup
	for setup in library_links_to_{attacker,nothing,document,hard_link} library_is_{the_document,fifo,socket,attackers} \
		right_library_is_{attackers,open} right_library_has_mode_0 right_library_is_set_id \
		longer shorter huge last_byte directory_is_set_id; do
		try "$setup" "$OWN"
	done
	for setup in library_is_directory version_links version_is_attackers version_is_open; do
		try "$setup" "$NEXT"
	done
	plant
	[ -d "$VERSION/x86_64" ] || return 0 # bindto was built without a 32-bit library
	try alias_links_to_attacker "$OWN"
	for setup in platform_links platform_is_attackers alias_is_attackers; do
		try "$setup" "$NEXT"
	done
}

@test "bindto trusts no file or directory to which an access list lets the attacker write" {
	plant
	acl access "$LIBRARY" 6 2>/dev/null || skip "this kernel's tmpfs has no access lists"
	try right_library_has_acl "$OWN"
	try directory_has_acl "$NEXT"
	try default_acl_on_tmp "$OWN"
	acl default /tmp 7
	launch --engine preload
	[ -z "$(attacker find "$OWN" -writable -print 2>/dev/null)" ]
}

# --- Many launches at once. ---

# storm PLACE: starts 200 launches at once, every other under --engine preload, and judges each.
storm() {
	local i engines=('' '--engine preload') at_once=yes out=$PLACE/storm
	install -d -o "$VICTIM" "$out"
	witness_mark
	UNDER=(bash -c 'cd "$1" && shift
		engines=("" "--engine preload")
		for i in {0..199}; do
			"$1" ${engines[i % 2]} "${@:2}" >$i.out 2>$i.err &
			launches[i]=$!
		done
		for i in {0..199}; do
			wait ${launches[i]}
			echo $? >$i.status
		done' bash "$out")
	launch
	UNDER=()
	for i in {0..199}; do
		read -r status <"$out/$i.status"
		read -r -d '' output <"$out/$i.out" || : # there is no end but the file's
		read -r -d '' stderr <"$out/$i.err" || :
		judge "$1" "${engines[i % 2]}" || fail "(this was launch $i)" || return
	done
	assert_only 203.0.113.3 eth0
}

@test "200 launches at once all load the library" {
	storm "$OWN"
	ordinary
}

@test "200 launches at once are safe from an attacker who swaps links and directories meanwhile" {
	local shop=$PLACE/attacker/shop way=$PLACE/attacker/way
	cat >"$PLACE/swap.py" <<-'END'
		import os, sys
		evil, tmp, way, shop, ours, held, lost = sys.argv[1:]
		def lead(name, target):
		    os.symlink(target, name + ".new")
		    os.rename(name + ".new", name)
		# Now and then the victim takes the lost name, and the attacker never gets it back.
		steps = [(os.symlink, evil, lost), (os.unlink, lost), (os.mkdir, lost), (os.rmdir, lost),
		         (os.symlink, tmp, lost), (os.unlink, lost), (os.mkfifo, lost), (os.unlink, lost)]
		while True:
		    for target in tmp, evil:
		        lead(way, target)
		        lead(held, target)
		    for old, new in (ours, "ours"), ("evil", ours), (ours, "evil"), ("ours", ours):
		        os.rename(f"{shop}/{old}", f"{shop}/{new}")
		    for call, *arguments in steps:
		        try:
		            call(*arguments)
		        except OSError:
		            pass
	END
	# The attacker's shop holds a directory of the victim's, from a time when others could write to the shop.
	mkdir "$shop"
	cp -a "$EVIL" "$shop/evil"
	owned "$shop"
	cp -a "$MADE/planted" "$shop/bindto-$VICTIM"
	start client setpriv --reuid="$ATTACKER" --regid="$ATTACKER" --clear-groups python3 "$PLACE/swap.py" \
		"$EVIL" "$PLACE/tmp" "$way" "$shop" "bindto-$VICTIM" "$OWN" "$NEXT"
	attack=$started
	wait_until test -e "$way"
	ENVIRONMENT=(XDG_RUNTIME_DIR="$way" TMPDIR="$shop")
	storm any
	stop "$attack"
	ordinary
}
