# SPDX-License-Identifier: MIT
"""Judges the packets of one program's run, which the capture saw (on standard input), by its pin.

usage: verdict.py UPLINK SOURCE,SOURCE... libc-dns|no-dns      prints JSON

Every packet is one of
  pinned  from a source of the pin, by its uplink;
  dns     a query to the name server outside the pin, where the C library's own are allowed (libc-dns);
  kernel  what no program sends: neighbour discovery, group reports, ICMP errors, resets for packets
          that no socket wants (they carry no acknowledgement, or the sequence number 0), and on IPv6
          what follows this side's own FIN when the socket is gone (TIME_WAIT): acknowledgements with the
          number after that FIN, and resets. Both go by the routing table;
  leak    everything else.
"""
import collections
import json
import sys

QUERIED = {"192.0.2.1", "2001:db8:9::1"}
LISTED = 12
DISCOVERY = {"arp", "ndp", "mld", "igmp"}
ICMP_ERRORS = {"icmp": {"3", "11", "12"}, "icmp6": {"1", "2", "3", "4"}}


class Judge:
    """Looks at all packets at once, because those of two uplinks are not in the order in which they left."""

    def __init__(self, packets, uplink, sources, libc_dns):
        self.uplink, self.sources, self.libc_dns = uplink, sources, libc_dns
        self.after_fin = {}  # for each flow that this side ended by the pin: the number after its FIN
        for packet in packets:
            if packet[1] == "tcp" and self.is_pinned(packet):
                flags, sequence, length = packet[6].split("/")
                if "F" in flags:
                    self.after_fin[tuple(packet[2:6])] = (int(sequence) + int(length) + 1) % 2**32

    def is_pinned(self, packet):
        return packet[0] == self.uplink and packet[2] in self.sources

    def judge(self, packet):
        _, proto, src, _, dst, dport, detail = packet
        if self.is_pinned(packet):
            return "pinned"
        if proto in DISCOVERY or detail in ICMP_ERRORS.get(proto, ()):
            return "kernel"
        if proto == "tcp" and self.is_of_no_socket(src, tuple(packet[2:6]), *detail.split("/")):
            return "kernel"
        if self.libc_dns and dport == "53" and dst in QUERIED:
            return "dns"
        return "leak"

    def is_of_no_socket(self, src, flow, flags, sequence, length):
        if flags == "R" or (flags == "RA" and sequence == "0"):
            return True
        if ":" not in src or src not in self.sources or flow not in self.after_fin:
            return False
        return "R" in flags or (flags, length) == ("A", "0") and int(sequence) == self.after_fin[flow]


def main(uplink, sources, dns):
    lines = [line.split() for line in sys.stdin]
    packets = [line for line in lines if line[1] != "lost"]
    judge = Judge(packets, uplink, sources.split(","), dns == "libc-dns")
    count, kernel, leaks = collections.Counter(), collections.Counter(), []
    for packet in packets:
        verdict = judge.judge(packet)
        count[verdict] += 1
        if verdict == "kernel":
            kernel[packet[1]] += 1
        elif verdict == "leak" and len(leaks) < LISTED:
            leaks.append(" ".join(packet))
    json.dump({"pinned": count["pinned"], "dns": count["dns"], "leak": count["leak"],
               "lost": len(lines) - len(packets), "kernel": kernel, "leaks": leaks}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
