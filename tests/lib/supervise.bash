# SPDX-License-Identifier: MIT
# What the tests of the supervising engine share: programs under --strict, and bindto's own end.
# shellcheck shell=bash

STRICT="-s -a 203.0.113.3 --"

strict_client() {
	# shellcheck disable=SC2086 # options
	client "$BINDTO" $STRICT "$@"
}

# No supervisor is left, which holds the tests' directory open.
no_bindto_left() {
	! pgrep -x bindto >/dev/null
}
