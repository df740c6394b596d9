# SPDX-License-Identifier: MIT
"""Programs in the tests' network: as the unprivileged user, in the client, under a launcher."""
import os
import shutil
import signal
import subprocess

DIRECTORY = os.environ.get("BINDTO_TESTS_DIR", "")
BINDTO = os.environ.get("BINDTO", "")
LIBRARY = os.environ.get("BINDTO_LIBRARY", "")
BUILD = os.environ.get("BINDTO_BUILD", "")
LOOP, HOLD, SINK = (f"{DIRECTORY}/bench/{name}" for name in ("loop", "hold", "sink"))
USER_DIRECTORY = f"{DIRECTORY}/user"
AS_USER = os.environ.get("BENCH_AS_USER", "").rstrip("\n").split("\n")

# eth0 and wlan0 are the client's; the router has the other ends. See tests/lib/network.bash.
ADDRESS, ROUTER = "203.0.113.3", "203.0.113.1"
ADDRESS_6, ROUTER_6 = "2001:db8:1::3", "2001:db8:1::1"
DEVICE, DEVICE_ADDRESS, DEVICE_ROUTER = "wlan0", "198.51.100.2", "198.51.100.1"
CLOSES, HOLDS = 7100, 7200


class Missing(Exception):
    """This machine lacks something that a measurement needs."""


class Failed(Exception):
    """A program that is measured did not do its work."""


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Missing(f"{command} is not installed")


def in_namespace(name, words, user=False):
    return ["nsenter", f"--net=/run/netns/{name}", "--", *(AS_USER if user else []), *words]


def client(words, user=True):
    return in_namespace("client", words, user)


def launchers(*pin):
    """The words before a program: none without a pin, and those of each engine."""
    return {"bare": [], "both": [BINDTO, *pin], "preload": [BINDTO, "--engine", "preload", *pin],
            "strict": [BINDTO, "-s", *pin]}


def on_processor(number, words):
    """The program has a processor to itself if the machine has several: the far end runs on another."""
    return ["taskset", "-c", str(number % os.cpu_count()), *words]


def output_of(words, limit=120, **more):
    """What a program prints. Raises Failed with its message if it fails or takes too long."""
    try:
        done = subprocess.run(words, stdin=more.pop("stdin", subprocess.DEVNULL), capture_output=True,
                              text=True, timeout=limit, check=False, **more)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{words[-1]}: took more than {limit} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"status {done.returncode}"]
        raise Failed(f"{words[-1]}: {' '.join(said)[:200]}")
    return done.stdout


class Started:
    """A program in the background, which ends with the block."""

    def __init__(self, words, **pipes):
        self.process = subprocess.Popen(words, text=True, start_new_session=True, **pipes)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.stdin:
            self.process.stdin.close()
        else:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


class Loop(Started):
    """tests/bench/loop.c: does an operation so many times, and says how many nanoseconds that took."""

    def __init__(self, words):
        super().__init__(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.words = words

    def take(self, count):
        """Nanoseconds for each operation."""
        try:
            self.process.stdin.write(f"{count}\n")
            self.process.stdin.flush()
            return int(self.process.stdout.readline()) / count
        except (OSError, ValueError) as error:
            raise Failed(f"this ended early: {' '.join(self.words)}") from error

    def descendants(self):
        """The process and all below it, itself first."""
        found = [self.process.pid]
        for pid in found:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
                found += [int(child) for child in children.read().split()]
        return found
