# SPDX-License-Identifier: MIT
"""A web server on ports 80 and 443 of every address: files, and pages that show the client's address. UDP 7002
answers with the client's address, too.

usage: web.py ROOT CERTIFICATE KEY LOG_FILE

/ip is the client's address; /page/N a page with a style sheet, a picture and a script of other hosts
and a WebSocket, which shows the address; /download/N an attachment; /ws the WebSocket, which sends
the address and then echoes; anything else a file of ROOT, in ranges too. LOG_FILE gets
HOST PATH ADDRESS a line.
"""
import base64
import hashlib
import http.server
import os
import re
import socket
import socketserver
import ssl
import struct
import sys
import threading

PAGE = """<!doctype html><title>waiting</title><link rel=stylesheet href=//cdn.site.test/style.css>
<body><h1>%(address)s</h1><p>page %(number)s, seen by %(host)s</p><p id=more></p>
<img id=picture src=//pictures.site.test/picture.svg><script src=//cdn.site.test/script.js></script>
<script>
const more = document.getElementById("more"), got = [];
const done = what => { got.push(what); more.textContent = got.join(", ");
  if (got.length == 4) fetch("/done/%(number)s").then(() => document.title = "done %(address)s"); };
const socket = new WebSocket(location.protocol.replace("http", "ws") + "//talk.site.test/ws");
socket.onmessage = m => done("websocket " + m.data);
const picture = document.getElementById("picture");
if (picture.complete && picture.naturalWidth) done("picture"); else picture.onload = () => done("picture");
done(typeof fromScript == "undefined" ? "no script" : fromScript);
onload = () => done(getComputedStyle(document.body).marginTop);
</script>"""
MADE = {
    "/style.css": ("text/css", "body { margin: 33px; font: 30px sans-serif; background: #eef }"),
    "/script.js": ("text/javascript", "const fromScript = 'script';"),
    "/picture.svg": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='60'>"
                     "<circle cx='30' cy='30' r='28' fill='teal'/></svg>"),
}
WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address(self):
        return self.client_address[0].removeprefix("::ffff:")

    def log_message(self, *_):
        pass

    def note(self, path):
        host = (self.headers.get("Host") or "-").split(":")[0]
        with open(self.server.log, "a", encoding="utf-8") as log:
            log.write("%s %s %s\n" % (host, path, self.address()))

    def do_GET(self):
        path = self.path.split("?")[0]
        self.note(path)
        host = (self.headers.get("Host") or "-").split(":")[0]
        number = path.rsplit("/", 1)[-1]
        if path == "/ip":
            self.send("text/plain", self.address() + "\n")
        elif path == "/ws":
            self.websocket()
        elif path in MADE:
            self.send(*MADE[path])
        elif path.startswith("/page/"):
            self.send("text/html", PAGE % {"address": self.address(), "number": number, "host": host})
        elif path.startswith("/download/"):
            self.send("application/octet-stream", "x" * 200000,
                      {"Content-Disposition": "attachment; filename=fetched-%s.bin" % number})
        elif path.startswith("/done/"):
            self.send("text/plain", "ok")
        else:
            self.file(path)

    do_HEAD = do_GET

    def do_POST(self):
        self.note(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send("text/plain", self.address() + "\n")

    def send(self, kind, body, headers=None, status=200):
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": len(body),
                            "Access-Control-Allow-Origin": "*", **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def file(self, path):
        name = os.path.normpath(self.server.root + "/" + path)
        if not name.startswith(self.server.root) or not os.path.isfile(name):
            self.send("text/plain", "no such file\n", status=404)
            return
        with open(name, "rb") as data:
            body = data.read()
        kind = {".html": "text/html", ".json": "application/json"}.get(os.path.splitext(name)[1],
                                                                       "application/octet-stream")
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            self.send(kind, body, {"Accept-Ranges": "bytes"})
            return
        first, last = int(wanted[1]), min(int(wanted[2] or len(body)), len(body) - 1)
        self.send(kind, body[first:last + 1], {"Content-Range": "bytes %d-%d/%d" % (first, last, len(body))},
                  206)

    def websocket(self):
        key = self.headers.get("Sec-WebSocket-Key", "").encode()
        accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.frame(1, self.address().encode())
        while head := self.rfile.read(2):
            size = head[1] & 127
            if size == 126:
                size = struct.unpack("!H", self.rfile.read(2))[0]
            mask = self.rfile.read(4)
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(size)))
            self.frame(head[0] & 15, data)
            if head[0] & 15 == 8:
                break
        self.close_connection = True

    def frame(self, kind, data):
        self.wfile.write(bytes([128 | kind, len(data)]) + data)


class Who(socketserver.BaseRequestHandler):
    def handle(self):
        address = self.client_address[0].removeprefix("::ffff:")
        self.request[1].sendto(address.encode() + b"\n", self.client_address)


class Datagrams(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6


class Server(http.server.ThreadingHTTPServer):
    address_family, request_queue_size, daemon_threads = socket.AF_INET6, 256, True

    def handle_error(self, *_):  # the client went away before its answer
        pass


class TlsServer(Server):
    def finish_request(self, request, client_address):
        # In the client's own thread: a slow handshake holds nobody up.
        with self.context.wrap_socket(request, server_side=True) as wrapped:
            self.RequestHandlerClass(wrapped, client_address, self)


def main(root, certificate, key, log):
    open(log, "a", encoding="utf-8").close()
    plain, tls = Server(("::", 80), Web), TlsServer(("::", 443), Web)
    tls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.context.load_cert_chain(certificate, key)
    plain.root, plain.log = tls.root, tls.log = root, log
    for server in plain, tls, Datagrams(("::", 7002), Who):
        threading.Thread(target=server.serve_forever).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
