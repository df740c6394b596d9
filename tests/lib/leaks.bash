# SPDX-License-Identifier: MIT
# For the tests of leaks: the engines, and a judgement on all packets that left.
# shellcheck shell=bash disable=SC2034,SC2154 # words of the tests

ENGINES=("" --strict "--engine preload")

# no_stranger ADDRESS...: every packet since the mark came from one of these. If $UPLINK is set, it left by
# that interface. None was sent to loopback, and none by way of another host (protocol 43 is an IPv6 routing
# header). If $STRANGERS is set, so many may have left otherwise.
no_stranger() {
	local packets address
	packets=$(witness_since_mark | grep -v ' rst ' || :)
	for address in "$@"; do
		packets=$(awk -v uplink="${UPLINK:-[a-z0-9]+}" -v source="$address" '
			$1 ~ "^" uplink "$" && $3 ~ "^" source "$" && $2 != 43 && $5 !~ /^(127\.|::1$)/ { next }
			NF { print }' <<<"$packets")
	done
	[ "$(grep -c . <<<"$packets")" -le "${STRANGERS:-0}" ] || {
		printf 'this left as well (engine "%s", as %s):\n%s\n' "$engine" "$WHO" "$packets" >&2
		return 1
	}
}
