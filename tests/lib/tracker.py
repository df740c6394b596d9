# SPDX-License-Identifier: MIT
"""A torrent's tracker over http. It makes DIRECTORY/thing.torrent of DIRECTORY/seed/thing, appends a line "ADDRESS PORT"
to DIRECTORY/announced for each announcement, and tells each peer all others.

usage: tracker.py DIRECTORY
"""
import hashlib
import http.server
import os
import socket
import sys
import urllib.parse

PIECE = 32768


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


class Tracker(http.server.BaseHTTPRequestHandler):
    peers = set()

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        peer = self.client_address[0], int(query["port"][0])
        with open(DIRECTORY + "/announced", "a", encoding="ascii") as log:
            print(*peer, file=log)
        compact = b"".join(socket.inet_aton(address) + port.to_bytes(2, "big")
                           for address, port in sorted(self.peers - {peer}))
        self.peers.add(peer)
        body = bencode({b"interval": 1, b"min interval": 1, b"peers": compact})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


DIRECTORY = sys.argv[1]
with open(DIRECTORY + "/seed/thing", "rb") as thing:
    content = thing.read()
pieces = b"".join(hashlib.sha1(content[at:at + PIECE]).digest() for at in range(0, len(content), PIECE))
with open(DIRECTORY + "/thing.torrent", "wb") as torrent:
    torrent.write(bencode({b"announce": b"http://192.0.2.1:6969/announce",
                           b"info": {b"length": len(content), b"name": b"thing", b"piece length": PIECE,
                                     b"pieces": pieces}}))
server = http.server.ThreadingHTTPServer(("192.0.2.1", 6969), Tracker)
os.close(os.open(DIRECTORY + "/ready", os.O_CREAT | os.O_WRONLY, 0o644))
server.serve_forever()
