# SPDX-License-Identifier: MIT
# The pin of a job, from $engine and $pin: the words of the command line, and which packets may leave by which uplink.
# shellcheck shell=bash disable=SC2034,SC2154 # for who reads this
case $pin in
-i) uplink=wlan0 pin4=198.51.100.2 pin6=2001:db8:2::2 ;;
-a) uplink=eth0 pin4=203.0.113.3 pin6='' ;;
esac
case $engine$pin in
bare*) pinning=(env) ;;
both-i) pinning=("$BINDTO" -i wlan0 --) ;;
both-a) pinning=("$BINDTO" -a "$pin4" --) ;;
preload-i) pinning=("$BINDTO" --engine preload -i wlan0 --) ;;
preload-a) pinning=("$BINDTO" --engine preload -a "$pin4" --) ;;
supervise-i) pinning=("$BINDTO" --strict -i wlan0 --) ;;
supervise-a) pinning=("$BINDTO" --strict -a "$pin4" --) ;;
esac
sources=$pin4${pin6:+,$pin6}
