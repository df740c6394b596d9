# SPDX-License-Identifier: MIT
"""A DNS server, over UDP and TCP, for the names of a file that looks like /etc/hosts.

usage: zone.py ZONE_FILE READY_FILE LOG_FILE

Other names do not exist. It logs who asked and for what, a line for each question.
"""
import socket
import socketserver
import struct
import sys
import threading

A, PTR, TXT, AAAA = 1, 12, 16, 28
FAMILY = {A: socket.AF_INET, AAAA: socket.AF_INET6}


def read_zone(path):
    zone = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            address, *names = line.split()
            kind = AAAA if ":" in address else A
            for name in names:
                zone.setdefault(name, {}).setdefault(kind, []).append(
                    socket.inet_pton(FAMILY[kind], address))
    return zone


def parse(question):
    end, labels = 12, []
    while question[end]:
        labels.append(question[end + 1:end + 1 + question[end]].decode("ascii", "replace"))
        end += question[end] + 1
    end += 5
    return ".".join(labels).lower(), struct.unpack_from("!H", question, end - 4)[0], end


class Names:
    def __init__(self, zone, log):
        self.zone = read_zone(zone)
        self.log = open(log, "a", encoding="ascii")

    def answer(self, question, peer):
        name, kind, end = parse(question)
        print(peer[0].removeprefix("::ffff:"), name, kind, file=self.log, flush=True)
        known = self.zone.get(name)
        data = [] if not known else known.get(kind, [])
        status = 0x8580 if known else 0x8583
        header = question[:2] + struct.pack("!HHHHH", status, 1, len(data), 0, 0)
        records = [struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(d)) + d for d in data]
        return header + question[12:end] + b"".join(records)


class OverUdp(socketserver.BaseRequestHandler):
    def handle(self):
        question, sock = self.request
        sock.sendto(self.server.names.answer(question, self.client_address), self.client_address)


class OverTcp(socketserver.StreamRequestHandler):
    def handle(self):
        while size := self.rfile.read(2):
            question = self.rfile.read(struct.unpack("!H", size)[0])
            answer = self.server.names.answer(question, self.client_address)
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


class Udp(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6


class Tcp(socketserver.ThreadingTCPServer):
    address_family, allow_reuse_address, daemon_threads = socket.AF_INET6, True, True


def main(zone, ready, log):
    names = Names(zone, log)
    servers = []
    # Each address has a socket of its own, so that an answer comes from the address that was asked.
    for address in ("::ffff:192.0.2.1", "2001:db8:9::1"):
        for server in (Udp((address, 53), OverUdp), Tcp((address, 53), OverTcp)):
            server.names = names
            servers.append(threading.Thread(target=server.serve_forever))
            servers[-1].start()
    open(ready, "w", encoding="ascii").close()


if __name__ == "__main__":
    main(*sys.argv[1:])
