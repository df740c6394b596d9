# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=names
packages=(snmp snmpd)
text='a value of an agent'
version() { snmpget -V; }
servers() {
	printf 'rocommunity public\nsyslocation somewhere\nagentaddress udp:161\n' >"$ENTRY_DIR/snmpd.conf"
	serve snmpd -f -C -c "$ENTRY_DIR/snmpd.conf" -Lf /dev/null -p "$ENTRY_DIR/snmpd.pid"
	ready 161 udp
}
job() { has 'somewhere' pinned snmpget -v 2c -c public server.test 1.3.6.1.2.1.1.6.0; }
