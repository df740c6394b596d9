# SPDX-License-Identifier: MIT
"""The server: tells every client, over both families, from which address the client came.

usage: server.py READY_FILE

TCP and UDP 7000 answer "peer ADDR PORT" (TCP then closes, UDP answers each datagram); TCP 80 is HTTP with ADDR as
the body; TCP 7001 holds a connection until the client closes it; UDP 9 discards. READY_FILE appears when all of
them answer.
"""
import selectors
import socket
import sys

TCP_FASTOPEN = 23


def listener(kind, port):
    sock = socket.socket(socket.AF_INET6, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if kind == socket.SOCK_STREAM:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 64)
    sock.bind(("::", port))
    if kind == socket.SOCK_STREAM:
        sock.listen(1024)
    sock.setblocking(False)
    return sock


def plain(peer):
    """The peer's address, without the prefix of a v4-mapped one."""
    return peer[0][7:] if peer[0].startswith("::ffff:") else peer[0]


def on_who(loop, sock):
    connection, peer = sock.accept()
    connection.sendall(b"peer %s %d\n" % (plain(peer).encode(), peer[1]))
    # Reads on: to close while unread data is there, of a Fast Open for example, would send a reset.
    connection.shutdown(socket.SHUT_WR)
    connection.setblocking(False)
    loop.register(connection, selectors.EVENT_READ, (on_rest,))


def on_http(loop, sock):
    connection, peer = sock.accept()
    connection.setblocking(False)
    loop.register(connection, selectors.EVENT_READ, (on_request, plain(peer)))


def on_request(loop, connection, address):
    try:
        request = connection.recv(65536)
        if request:
            body = address.encode() + b"\n"
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                               b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            connection.shutdown(socket.SHUT_WR)
            loop.modify(connection, selectors.EVENT_READ, (on_rest,))
            return
    except OSError:
        pass
    loop.unregister(connection)
    connection.close()


def on_hold(loop, sock):
    connection, _ = sock.accept()
    connection.setblocking(False)
    loop.register(connection, selectors.EVENT_READ, (on_rest,))


def on_rest(loop, connection):
    try:
        if connection.recv(65536):
            return
    except OSError:
        pass
    loop.unregister(connection)
    connection.close()


def on_datagram(loop, sock):
    _, peer = sock.recvfrom(65536)
    sock.sendto(b"peer %s %d\n" % (plain(peer).encode(), peer[1]), peer)


def on_discard(loop, sock):
    sock.recv(65536)


def main(ready):
    loop = selectors.DefaultSelector()
    for kind, port, act in ((socket.SOCK_STREAM, 7000, on_who), (socket.SOCK_STREAM, 7001, on_hold),
                            (socket.SOCK_STREAM, 80, on_http), (socket.SOCK_DGRAM, 7000, on_datagram),
                            (socket.SOCK_DGRAM, 9, on_discard)):
        loop.register(listener(kind, port), selectors.EVENT_READ, (act,))
    open(ready, "w", encoding="ascii").close()
    while True:
        for key, _ in loop.select():
            act, *arguments = key.data
            try:
                act(loop, key.fileobj, *arguments)
            except OSError:  # the client went away before its answer
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])
