# SPDX-License-Identifier: MIT
"""Sees every packet that the client sends, from the router's end of both uplinks.

usage: witness.py DIRECTORY CLIENT_NETNS UPLINK=DEVICE...

It runs in the router. It reads "mark" or "since" from DIRECTORY/witness.in, writes the answer to witness.answer, and
then a line of one dot to witness.out. "since" lists the packets that came after the last mark, a line for each:
<uplink> <tcp|ack|rst|udp|icmp|icmp6|N> <src> <sport|-> <dst> <dport|->. It does not sleep: each CPU sends a token
from the client over each uplink, and when the tokens have come, all packets that were sent before have come, too.
"""
import ctypes
import errno
import os
import select
import socket
import struct
import sys
import time

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD
SOL_PACKET, PACKET_STATISTICS, PACKET_OUTGOING = 263, 6, 4
SO_RCVBUFFORCE = 33
TOKEN_PORT = 65000
BATCH = 0.02  # seconds
NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}
IGMP = 2
NDP_AND_MLD = set(range(130, 138)) | {143}
# States of connections that their program has closed and for which the kernel may still send.
ENDING = {"04", "05", "09", "0B"}  # FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING


def ports(proto, payload):
    if proto in (6, 17) and len(payload) >= 4:
        return "%d" % struct.unpack_from("!H", payload)[0], "%d" % struct.unpack_from("!H", payload, 2)[0]
    return "-", "-"


def describe(kind, packet):
    """(proto, src, sport, dst, dport), or None for a packet that the kernel sends by itself."""
    if kind == ETH_P_IP and len(packet) >= 20:
        proto = packet[9]
        if proto == IGMP:
            return None
        size = struct.unpack_from("!H", packet, 2)[0] - (packet[0] & 15) * 4
        first = struct.unpack_from("!H", packet, 6)[0] & 0x1FFF == 0
        payload = packet[(packet[0] & 15) * 4:] if first else b""
        src, dst = (socket.inet_ntop(socket.AF_INET, packet[i:i + 4]) for i in (12, 16))
    elif kind == ETH_P_IPV6 and len(packet) >= 40:
        proto, payload = packet[6], packet[40:]
        size = struct.unpack_from("!H", packet, 4)[0]
        if proto == 0 and len(payload) >= 8:  # hop-by-hop options, as MLD has them
            proto, payload = payload[0], payload[8 + payload[1] * 8:]
        if proto == 58 and payload and payload[0] in NDP_AND_MLD:
            return None
        src, dst = (socket.inet_ntop(socket.AF_INET6, packet[i:i + 16]) for i in (8, 24))
    else:
        return None
    sport, dport = ports(proto, payload)
    name = NAMES.get(proto, str(proto))
    if proto == 6 and len(payload) >= 20:
        if payload[13] & 4:
            name = "rst"
        elif payload[13] == 16 and size == (payload[12] >> 4) * 4:
            name = "ack"  # an acknowledgement without data
    return name, src, sport, dst, dport


class Witness:
    def __init__(self, directory, client, uplinks):
        self.seen = []
        self.log = open(os.path.join(directory, "witness.log"), "w", encoding="ascii")
        self.taps = {}
        self.batch = BATCH  # for so long packets may gather in the buffer
        for uplink, device in uplinks:
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            try:
                tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
            except PermissionError:  # in a user namespace; lost packets are reported
                tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
                self.batch = 0
            tap.bind((device, ETH_P_ALL))
            tap.setblocking(False)
            self.taps[tap] = uplink
        enter_netns(client)
        self.senders = {}
        for uplink, _ in uplinks:
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, uplink.encode())
            self.senders[uplink] = sender
        self.tokens = set()
        self.count = 0

    def drain(self):
        for tap, uplink in self.taps.items():
            while True:
                try:
                    packet, address = tap.recvfrom(65536)
                except BlockingIOError:
                    break
                except OSError as failure:  # the device was down; the socket goes on
                    if failure.errno != errno.ENETDOWN:
                        raise
                    continue
                if address[2] == PACKET_OUTGOING:
                    continue
                what = describe(address[1], packet)
                if not what:
                    continue
                if what[0] == "udp" and what[4] == str(TOKEN_PORT):
                    self.tokens.discard(packet[28:].decode())
                    continue
                self.seen.append(" ".join((uplink,) + what))
                print(self.seen[-1], file=self.log)
            lost = struct.unpack("II", tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
            if lost:
                self.seen.append("%s lost %d - - -" % (uplink, lost))
        self.log.flush()

    def synchronise(self):
        cpus = os.sched_getaffinity(0)
        for cpu in cpus:
            os.sched_setaffinity(0, {cpu})
            for uplink, sender in self.senders.items():
                self.count += 1
                token = "%d" % self.count
                self.tokens.add(token)
                sender.sendto(token.encode(), ("192.0.2.1", TOKEN_PORT))
        os.sched_setaffinity(0, cpus)
        deadline = time.monotonic() + 5
        while self.tokens and time.monotonic() < deadline:
            select.select(list(self.taps), [], [], 0.5)
            self.drain()
        if self.tokens:
            raise SystemExit("witness: the tokens do not arrive")

    def settle(self):
        """Waits, for a limited time, until connections that their program has closed have ended."""
        for _ in range(200):
            states = set()
            for table in ("tcp", "tcp6"):
                with open("/proc/self/net/" + table, encoding="ascii") as lines:
                    # Field 3 is the state, field 9 the inode, which is 0 if no program has the socket.
                    for line in list(lines)[1:]:
                        field = line.split()
                        if field[9] == "0":
                            states.add(field[3])
            if not states & ENDING:
                return
            select.select(list(self.taps), [], [], 0.01)
            self.drain()

    def answer(self, question):
        if question == "mark":
            self.settle()
        self.synchronise()
        if question == "mark":
            self.seen = []
        return self.seen if question == "since" else []


def enter_netns(name):
    libc = ctypes.CDLL(None, use_errno=True)
    fd = os.open("/run/netns/" + name, os.O_RDONLY | os.O_CLOEXEC)
    if libc.setns(fd, 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns " + name)
    os.close(fd)


def main(directory, client, *uplinks):
    witness = Witness(directory, client, [u.split("=") for u in uplinks])
    # Opened for reading and writing, so that no end of file comes between two questions.
    questions = os.open(os.path.join(directory, "witness.in"), os.O_RDWR | os.O_CLOEXEC)
    answers = os.open(os.path.join(directory, "witness.out"), os.O_RDWR | os.O_CLOEXEC)
    witness.synchronise()
    open(os.path.join(directory, "witness.ready"), "w", encoding="ascii").close()
    pending = b""
    while True:
        ready, _, _ = select.select([questions] + list(witness.taps), [], [])
        if questions not in ready:
            # It takes the packets together with those that follow soon, or when it is asked.
            ready, _, _ = select.select([questions], [], [], witness.batch)
        witness.drain()
        if questions not in ready:
            continue
        pending += os.read(questions, 4096)
        while b"\n" in pending:
            question, pending = pending.split(b"\n", 1)
            with open(os.path.join(directory, "witness.answer"), "w", encoding="ascii") as answer:
                answer.writelines(line + "\n" for line in witness.answer(question.decode()))
            os.write(answers, b".\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
