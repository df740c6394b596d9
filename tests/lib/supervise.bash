# SPDX-License-Identifier: MIT
# For the tests of the supervisor: programs under --strict, and whether bindto has ended.
# shellcheck shell=bash

STRICT="-s -a 203.0.113.3 --"

strict_client() {
	# shellcheck disable=SC2086 # options
	client "$BINDTO" $STRICT "$@"
}

# no_bindto_left: bindto and its supervisor have ended.
no_bindto_left() {
	! pgrep -x bindto >/dev/null
}
