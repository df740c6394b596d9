# SPDX-License-Identifier: MIT
"""A DNS server that answers 192.0.2.1 and 2001:db8:9::1 for every name. It logs who asked, a line for each
question: ADDRESS udp|tcp NAME. It answers a name that begins with "large." over TCP only.

usage: names.py READY_FILE LOG_FILE [ADDRESS [PORT]]
"""
import selectors
import socket
import struct
import sys


def answer(question, is_tcp):
    end, labels = 12, []
    while question[end]:
        labels.append(question[end + 1:end + 1 + question[end]].decode("ascii"))
        end += question[end] + 1
    end += 5
    kind = struct.unpack_from("!H", question, end - 4)[0]
    data = {1: socket.inet_pton(socket.AF_INET, "192.0.2.1"),
            28: socket.inet_pton(socket.AF_INET6, "2001:db8:9::1")}.get(kind)
    flags = 0x8180
    if labels[0] == "large" and not is_tcp:
        flags, data = flags | 0x0200, None
    header = question[:2] + struct.pack("!HHHHH", flags, 1, 1 if data else 0, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data if data else b""
    return ".".join(labels), header + question[12:end] + record


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("it is closed")
        data += more
    return data


def main(ready, log, address="::", port="53"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    loop, lines = selectors.DefaultSelector(), open(log, "a", encoding="ascii")

    def note(peer, kind, question):
        name, text = answer(question, kind == "tcp")
        print(peer[0].removeprefix("::ffff:"), kind, name, file=lines, flush=True)
        return text

    def on_datagram(sock):
        question, peer = sock.recvfrom(2000)
        sock.sendto(note(peer, "udp", question), peer)

    def on_connection(sock):
        connection, peer = sock.accept()
        connection.settimeout(5)
        with connection:
            while True:
                text = note(peer, "tcp", receive(connection, *struct.unpack("!H", receive(connection, 2))))
                connection.sendall(struct.pack("!H", len(text)) + text)

    for kind, act in (socket.SOCK_DGRAM, on_datagram), (socket.SOCK_STREAM, on_connection):
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
        sock.bind((address, int(port)))
        if kind == socket.SOCK_STREAM:
            sock.listen()
        loop.register(sock, selectors.EVENT_READ, act)
    open(ready, "w").close()
    while True:
        for key, _ in loop.select():
            try:
                key.data(key.fileobj)
            except OSError:  # the client is gone, or needs no more answers
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
