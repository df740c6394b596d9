# SPDX-License-Identifier: MIT
"""The tests' witness, in more detail: it shows the kernel's own packets too, and ends each line with a word on what
the packet is, so that verdict.py can tell them apart.

usage: as witness.py. A line: UPLINK PROTO SRC SPORT DST DPORT DETAIL
DETAIL is for tcp FLAGS/SEQ/LENGTH, for icmp and icmp6 the type, else -.
"""
import socket
import struct
import sys

import witness

ETH_P_ARP = 0x0806
FLAGS = "FSRPAU"
MLD = {130, 131, 132, 143}
NDP = {133, 134, 135, 136, 137}


def describe(kind, packet):
    if kind == ETH_P_ARP and len(packet) >= 28:
        source, target = (socket.inet_ntoa(packet[i:i + 4]) for i in (14, 24))
        return "arp", source, "-", target, "-", "-"
    if kind == witness.ETH_P_IP and len(packet) >= 20:
        proto, start = packet[9], (packet[0] & 15) * 4
        size = struct.unpack_from("!H", packet, 2)[0] - start
        first = struct.unpack_from("!H", packet, 6)[0] & 0x1FFF == 0
        src, dst = (socket.inet_ntop(socket.AF_INET, packet[i:i + 4]) for i in (12, 16))
    elif kind == witness.ETH_P_IPV6 and len(packet) >= 40:
        proto, start, first = packet[6], 40, True
        size = struct.unpack_from("!H", packet, 4)[0]
        if proto == 0:  # hop-by-hop options, as MLD has them
            proto, start = packet[40], 40 + 8 + packet[41] * 8
        src, dst = (socket.inet_ntop(socket.AF_INET6, packet[i:i + 16]) for i in (8, 24))
    else:
        return None
    return detailed(proto, packet[start:] if first else b"", size, src, dst)


def detailed(proto, payload, size, src, dst):
    name, detail = witness.NAMES.get(proto, str(proto)), "-"
    sport, dport = witness.ports(proto, payload)
    if proto == witness.IGMP:
        name = "igmp"
    elif proto == 6 and len(payload) >= 20:
        flags = "".join(f for i, f in enumerate(FLAGS) if payload[13] & 1 << i)
        sequence = struct.unpack_from("!I", payload, 4)[0]
        detail = "%s/%d/%d" % (flags or ".", sequence, size - (payload[12] >> 4) * 4)
    elif proto in (1, 58) and payload:
        detail = str(payload[0])
        if proto == 58 and payload[0] in MLD | NDP:
            name = "mld" if payload[0] in MLD else "ndp"
    return name, src, sport, dst, dport, detail


witness.describe = describe
if __name__ == "__main__":
    witness.main(*sys.argv[1:])
