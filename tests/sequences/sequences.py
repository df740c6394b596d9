# SPDX-License-Identifier: MIT
"""Runs random sequences of socket calls under bindto and judges every packet that leaves.

usage: see run, which makes the network and starts this inside of it.
"""
import argparse
import collections
import itertools
import json
import os
import random
import re
import subprocess
import sys
import time

import compare
from generate import Generator, corpus
from pins import PINS
from probes import Broken, Tap, Walk, in_namespace
from shrink import is_within, shrink

BATCH = 200
TRIES = 5  # some leaks need the right moment, for example between a connection's end and the next call
ENGINES = {"both": ["--engine", "both"], "preload": ["--engine", "preload"],
           "strict": ["--strict"]}


def options():
    parser = argparse.ArgumentParser(prog="sequences")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--engine", choices=[*ENGINES, "none"], default="preload")
    parser.add_argument("--pin", choices=list(PINS), default="i")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shrink", type=int, default=60)
    parser.add_argument("--sequence", action="append")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--root", action="store_true")
    parser.add_argument("--reference-of", action="store_true")
    return parser.parse_args()


def link_local_of(host, devices):
    found = {}
    for device in devices:
        text = subprocess.run(["ip", "-n", host, "-json", "-6", "addr", "show", "dev", device, "scope", "link"],
                              check=True, stdout=subprocess.PIPE).stdout
        found[device] = [a["local"] for link in json.loads(text) for a in link.get("addr_info", []) if "local" in a][0]
    return found


def as_user(root):
    return [] if root else os.environ["SEQUENCES_AS_USER"].split("\n")


def walk_command(engine, pin, root, *arguments):
    walk = [os.environ["PROBE"] + "/walk", *arguments]
    under = [] if engine == "none" else [os.environ["BINDTO"]] + ENGINES[engine] + pin.arguments + ["--"]
    return as_user(root) + under + walk


class Judge:
    """Runs batches, and assigns each packet that may not leave to the sequence that sent it."""

    def __init__(self, walk, tap, pin):
        self.walk, self.tap, self.pin = walk, tap, pin

    def batch(self, sequences):
        """Returns [(steps' results, [packets])], one for each sequence."""
        results = self.walk.run([self.pin.literal(s) for s in sequences])
        packets = [[] for _ in sequences]
        at = 0
        for when, packet in self.tap.ask():
            while at + 1 < len(results) and results[at + 1][0] <= when:
                at += 1
            # tap reads one device after another, so that the next device's packets begin earlier again.
            while at > 0 and results[at][0] > when:
                at -= 1
            if not self.is_sealed(sequences[at], packet):
                packets[at].append(packet)
        return [(steps, seen) for (_, steps), seen in zip(results, packets)]

    def is_sealed(self, sequence, packet):
        """The supervisor cannot see the peers of a process that forbids inspection. Under -i its sockets are
        therefore held to the pin for every peer, this host included (LIMITATIONS in the manual)."""
        device, _, source, _, peer, _ = packet.split()
        return (re.search(r"\bnd\b", sequence) and device == self.pin.uplink and
                source in self.pin.addresses and (peer.startswith("127.") or peer == "::1"))

    def leaks(self, sequence):
        return self.batch([sequence])[0][1]


def same(packet, other):
    """Do two packets differ in their ports at most?"""
    return packet.split()[:3] + packet.split()[4:5] == other.split()[:3] + other.split()[4:5]


class Violations:
    """The sequences that leaked, grouped by the shortest one that each was reduced to."""

    def __init__(self, judge, most):
        self.judge, self.most = judge, most
        self.count = self.shrunk = 0
        self.shortest = {}
        self.counts = collections.Counter()
        self.unshrunk = []

    def add(self, sequence, packets):
        self.count += 1
        for short, packet in self.shortest.items():
            if is_within(short, sequence) and any(same(packet, other) for other in packets):
                self.counts[short] += 1
                return
        if self.shrunk >= self.most:
            self.unshrunk.append((sequence, packets[0]))
            return
        self.shrunk += 1
        if not any(self.judge.leaks(sequence) for _ in range(TRIES)):
            short = "(not again when run alone) " + sequence
        else:
            short = shrink(sequence, self.judge.leaks)
            packets = self.judge.leaks(short) or packets
        self.counts[short] += 1
        self.shortest[short] = packets[0]

    def report(self):
        """Prints one sequence of each kind. Sequences of a kind differ in ports and simpler words only."""
        alike = collections.defaultdict(list)
        for short, _ in self.counts.most_common():
            alike[plain(short)].append(short)
        for kind in sorted(alike.values(), key=lambda shorts: -sum(self.counts[s] for s in shorts)):
            short = kind[0]
            print("violation: %s\n    sent: %s\n    that is: %s\n    seen: %d times, in %d forms"
                  % (short, self.shortest[short], self.judge.pin.literal(short),
                     sum(self.counts[s] for s in kind), len(kind)))
        for sequence, packet in self.unshrunk[:20]:
            print("violation, not shrunk: %s\n    sent: %s" % (sequence, packet))
        if len(self.unshrunk) > 20:
            print("... and %d more that were not shrunk" % (len(self.unshrunk) - 20))


def plain(sequence):
    """The sequence without its ports, and with one word for all calls that send to an address."""
    steps = [step if step.startswith("s ") else compare.plain_step(step)
             for step in sequence.replace("!", "").split("; ")]
    return "; ".join(re.sub(r"^(st|sm|mm) ", "send ", step) for step in steps)


def by_numbers(sequence, chooser):
    """Makes some of its calls by number. The supervisor pins those, on sockets that the library made.

    Not `nd`: if the library does not see it, no unseen call passes any more. Behind it, all calls go one way, because a
    socket that is used both ways is not held then (preload/pin/FACTS.md, "What nothing holds")."""
    steps, share = [], 0.4
    for step in sequence.split("; "):
        if step[:2] == "nd":
            share = chooser.choice((0, 1))
            steps.append(step)
        else:
            steps.append(("!" if chooser.random() < share else "") + step)
    return "; ".join(steps)


def sequences_of(given, generator, mixes):
    """The given sequences, then the known ones, and then random ones without end."""
    yield from given.sequence or ()
    chooser = random.Random(given.seed)
    for sequence in itertools.chain(corpus(), iter(generator.sequence, None)):
        yield by_numbers(sequence, chooser) if mixes else sequence


def run(given, pin):
    tap = Tap(in_namespace("client", [os.environ["PROBE"] + "/tap", "eth0", "wlan0", "--"] + pin.rules()))
    shown = ["options"] if given.sequence else []
    walk = Walk("walk", in_namespace("client", walk_command(given.engine, pin, given.root, *shown)))
    judge = Judge(walk, tap, pin)
    violations = Violations(judge, given.shrink)
    differences = None
    if given.compare:
        single = Walk("the reference", in_namespace("single", walk_command("none", pin, given.root)))
        differences = compare.Differences(pin, walk, single, given.engine)
    mixes = given.engine == "both" and not given.compare
    stream = sequences_of(given, Generator(random.Random(given.seed), given.root), mixes)
    done = calls = 0
    while done < given.count:
        batch = [next(stream) for _ in range(min(BATCH, given.count - done))]
        results = judge.batch(batch)
        for sequence, (steps, packets) in zip(batch, results):
            calls += len(steps)
            if given.sequence:
                print("\n    ".join([sequence] + steps + ["sent: " + p for p in packets]))
            if packets:
                violations.add(sequence, packets)
        if differences:
            differences.add(batch, [steps for steps, _ in results])
            tap.ask()  # so that its packets do not count for the next batch
        done += len(batch)
        if done % 20000 == 0:
            print("... %d sequences, %d violations" % (done, violations.count), file=sys.stderr, flush=True)
    violations.report()
    unknown = differences.report() if differences else 0
    for probe in (walk, tap) + ((differences.single,) if differences else ()):
        probe.end()
    return done, calls, tap, violations.count, unknown


def main():
    given = options()
    pin = PINS[given.pin]()
    if given.sequence:
        given.count = len(given.sequence)
    pin.set_link_local(link_local_of("client", ("eth0", "wlan0")))
    if given.reference_of:
        print(pin.uplink, " ".join(a for a in pin.addresses if not a.startswith("fe80")), " ".join(pin.elsewhere()),
              (pin.ports or "").replace("-", " "), sep="\n")
        return 0
    began = time.monotonic()
    try:
        done, calls, tap, violations, unknown = run(given, pin)
    except Broken as error:
        print("sequences: %s" % error, file=sys.stderr)
        return 2
    print("%s, %s, seed %d, as %s: %d sequences in %d s"
          % (given.engine, " ".join(pin.arguments), given.seed, "root" if given.root else "a user", done,
             time.monotonic() - began))
    if given.compare:
        print("%d differences that are not known" % unknown)
    print("%d sequences, %d calls, %d packets judged, %d lost, %d violations"
          % (done, calls, tap.judged, tap.lost, violations))
    return 1 if violations or unknown or tap.lost else 0


if __name__ == "__main__":
    sys.exit(main())
