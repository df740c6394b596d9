# SPDX-License-Identifier: MIT
"""A DNS server for every name: 192.0.2.1 and 2001:db8:9::1. Writes who asked, a line a question.

usage: names.py READY_FILE LOG_FILE
"""
import socket
import struct
import sys


def answer(question):
    end = 12
    while question[end]:
        end += question[end] + 1
    end += 5
    kind = struct.unpack_from("!H", question, end - 4)[0]
    data = {1: socket.inet_pton(socket.AF_INET, "192.0.2.1"),
            28: socket.inet_pton(socket.AF_INET6, "2001:db8:9::1")}.get(kind)
    header = question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if data else 0, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data if data else b""
    return header + question[12:end] + record


def main(ready, log):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.bind(("::", 53))
    with open(log, "a", encoding="ascii") as lines:
        open(ready, "w").close()
        while True:
            question, peer = sock.recvfrom(2000)
            print(peer[0].removeprefix("::ffff:"), file=lines, flush=True)
            sock.sendto(answer(question), peer)


if __name__ == "__main__":
    main(*sys.argv[1:])
