# SPDX-License-Identifier: MIT
"""The program that a soak runs under bindto: it does what a busy program does with sockets, at a steady pace. Once
a second it writes to a file how often it did each kind of thing, and with which results.

usage: load.py FILE SECONDS [names]

With `names` it also looks names up by the name server of resolv.conf.
"""
import collections
import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time

from sockets import HOLD, REMOTE4, REMOTE6, TCP, UDP, V4, V6, WHO, peer_of

PINNED = ("198.51.100.", "2001:db8:2:")
PACE = 0.05  # seconds between two things that one thread does
counts, lock = collections.Counter(), threading.Lock()


def remote(family):
    return REMOTE4 if family == V4 else REMOTE6


def connect(family):
    with socket.socket(family, TCP) as s:
        s.settimeout(3)
        return peer_of(s, (remote(family), WHO))


def send(family):
    with socket.socket(family, UDP) as s:
        s.settimeout(1)
        return peer_of(s, (remote(family), WHO))


def listen(family):
    with socket.socket(family, TCP) as s:
        s.bind(("", 0))
        s.listen()
    return None


def child(_):
    """A short process connects."""
    code = subprocess.run([os.environ["PROBE"] + "/who", REMOTE4, str(WHO)], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=30, check=False)
    return code.stdout.decode().split()[1] if code.stdout.startswith(b"peer ") else error_of_child(code)


def error_of_child(code):
    if code.returncode < 0:
        raise RuntimeError("the child died of signal %d" % -code.returncode)
    raise OSError(errno.EIO, code.stderr.decode().strip())


def look_up(_):
    socket.getaddrinfo("n%d.example" % time.monotonic_ns(), 80)
    return None


class Kept:
    """Sockets that stay open while addresses come and go; one that fails is replaced."""

    def __init__(self):
        self.sockets = {}

    def datagram(self, family):
        return self.use(family, UDP, lambda s: s.connect((remote(family), WHO)), peer_of)

    def stream(self, family):
        return self.use(family, TCP, lambda s: s.connect((remote(family), HOLD)), lambda s: s.send(b"x") and None)

    def use(self, family, kind, begin, act):
        key = family, kind
        if key not in self.sockets:
            self.sockets[key] = socket.socket(family, kind)
            self.sockets[key].settimeout(1)
            try:
                begin(self.sockets[key])
            except OSError:
                self.sockets.pop(key).close()
                raise
        try:
            return act(self.sockets[key])
        except OSError:
            self.sockets.pop(key).close()
            raise


def outcome(act, family):
    try:
        source = act(family)
    except TimeoutError:
        return "timeout"
    except OSError as failure:
        return errno.errorcode.get(failure.errno, str(failure.errno))
    except subprocess.TimeoutExpired:
        return "hang"
    except (RuntimeError, IndexError) as failure:
        return repr(failure)
    return "ok" if source is None or source.startswith(PINNED) else "from " + source


def work(acts, until):
    turn = 0
    while time.monotonic() < until:
        act = acts[turn // 2 % len(acts)]
        result = outcome(act, (V4, V6)[turn % 2])
        with lock:
            counts[act.__name__ + " " + result] += 1
        turn += 1
        time.sleep(PACE)


def report(file):
    with lock:
        text = json.dumps(counts)
    with open(file + ".new", "w", encoding="ascii") as out:
        out.write(text)
    os.replace(file + ".new", file)


def main(file, seconds, names=None):
    until, kept = time.monotonic() + float(seconds), Kept()
    groups = [[connect, send], [kept.datagram, kept.stream], [child, listen] + ([look_up] if names else [])]
    threads = [threading.Thread(target=work, args=(acts, until)) for acts in groups]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        report(file)
        time.sleep(1)
    report(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
