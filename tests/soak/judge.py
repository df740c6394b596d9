# SPDX-License-Identifier: MIT
"""Counts the client's packets by uplink and by whether the pin allows them, and writes the counts to a
file once a second. Runs in the router; the soak's pin is wlan0.

The kernel sends resets, acknowledgements and ICMP errors for sockets that are gone, by the uplink that the routing
table names (kernel_uplinks.bats, fact 8). The judge counts those as "kernel".

usage: judge.py FILE
"""
import ipaddress
import json
import os
import select
import socket
import sys
import time

from witness import ETH_P_ALL, PACKET_OUTGOING, describe

PINNED = [ipaddress.ip_network(net) for net in ("198.51.100.0/24", "2001:db8:2::/64")]
KERNELS_OWN = {"rst", "ack", "icmp", "icmp6"}


def tap_of(device):
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    tap.bind((device, ETH_P_ALL))
    tap.setblocking(False)
    return tap


def index_of(device):
    try:
        return socket.if_nametoindex(device)
    except OSError:
        return 0


def is_pinned(uplink, source):
    return uplink == "wlan0" and any(ipaddress.ip_address(source) in net for net in PINNED)


def main(file):
    counts = {"pinned": 0, "kernel": 0, "astray": 0}
    examples, taps, written = [], {}, 0.0

    def judge(uplink, what):
        kind = "pinned" if is_pinned(uplink, what[1]) else "kernel" if what[0] in KERNELS_OWN else "astray"
        counts[kind] += 1
        if kind == "astray" and len(examples) < 20:
            examples.append(" ".join((uplink,) + what))

    def drain(uplink, tap):
        while True:
            try:
                packet, address = tap.recvfrom(65536)
            except OSError:  # no more packets, or the device is down or gone
                return
            what = describe(address[1], packet) if address[2] != PACKET_OUTGOING else None
            if what:
                judge(uplink, what)

    def open_taps():
        """Listens again if an uplink's device was made again, because it then has another index."""
        for uplink in "eth0", "wlan0":
            index = index_of("to-" + uplink)
            if uplink in taps and taps[uplink][1] != index:
                taps.pop(uplink)[0].close()
            if uplink not in taps and index:
                taps[uplink] = tap_of("to-" + uplink), index

    while True:
        open_taps()
        select.select([tap for tap, _ in taps.values()], [], [], 0.2)
        for uplink, (tap, _) in taps.items():
            drain(uplink, tap)
        if time.monotonic() - written >= 1:
            written = time.monotonic()
            with open(file + ".new", "w", encoding="ascii") as out:
                json.dump({"packets": counts, "examples": examples}, out)
            os.replace(file + ".new", file)


if __name__ == "__main__":
    main(*sys.argv[1:])
