# SPDX-License-Identifier: MIT
"""Compares what a program sees under bindto with what it sees on a host that has only the pin's uplink.

Of each sequence, only the first step that differs counts, because later steps begin in another state. The sequence
is made as short as possible, and counted by the kind of socket, the step, what the reference gave, what bindto
gave, and the steps before. Two things are no difference. A socket has the pin's address, but no address without
bindto: that is what bindto is for. A socket without a pin of its family is held to loopback, or to the other
family's pin, until it is used.
"""
import collections
import os
import re

from pins import kind_of
from shrink import is_within, shrink

AGAIN = 5
KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known")


def known():
    """[(pattern, why)] from lines "PATTERN  # WHY"."""
    with open(KNOWN, encoding="ascii") as lines:
        pairs = [line.strip().split("  # ") for line in lines if line.strip() and not line.startswith("#")]
    return [(re.compile(pattern), why) for pattern, why in pairs]


def plain_word(word):
    """The kind of address: R for every remote peer, O for every address of this host that is not pinned."""
    plain = re.sub(r"^(u:)?(LL|[A-Z])[46Mpose]*$", lambda m: (m.group(1) or "") + m.group(2)[0], word)
    return plain.replace("X", "R").replace("Q", "O") if plain != word else word


def plain_step(step):
    """The step without its ports and its socket's number, but with "#" for a port that the program binds."""
    words = step.split()
    call = words[0].split(".")[0]
    if call in ("o", "s"):
        return " ".join([call] + words[1:])
    if call == "b" and words[2] != "0":
        return "b %s#" % plain_word(words[1])
    return " ".join([call] + [plain_word(w) for w in words[1:] if not w.isdigit() and not w.startswith("pi=")]
                    + ["pi" for w in words if w.startswith("pi=")])


class Differences:
    def __init__(self, pin, walk, single, engine):
        self.pin, self.walk, self.single, self.engine = pin, walk, single, engine
        self.counts = collections.Counter()
        self.shortest = {}
        self.of_kind = collections.defaultdict(list)
        self.known = known()

    def add(self, sequences, ours):
        theirs = self.single.run([self.pin.literal(s) for s in sequences])
        for sequence, got, (_, expected) in zip(sequences, ours, theirs):
            found = self.first(sequence, expected, got)
            if not found:
                continue
            kind, details = found
            alike = [c for c in self.of_kind[kind] if is_within(self.shortest[c][0], sequence)]
            # What does not come again was the time's, not bindto's.
            if not alike and not (self.shows(sequence, kind) and self.shows(sequence, kind)):
                continue
            difference = alike[0] if alike else self.shortened(sequence, kind, details)
            self.counts[difference] += 1

    def shortened(self, sequence, kind, details):
        """The class of a sequence that shows a difference: the kind of difference, and the steps before it."""
        short = shrink(sequence, lambda s: self.shows(s, kind))
        difference = kind + self.history(short)
        if difference not in self.shortest:
            self.of_kind[kind].append(difference)
        if difference not in self.shortest or len(short) < len(self.shortest[difference][0]):
            self.shortest[difference] = short, details
        return difference

    def plain(self, step):
        """The plain step; an excluded peer is E."""
        return plain_step(re.sub(r"\bX", "E", step) if self.pin.exclude else step)

    def history(self, sequence):
        """The plain steps before the last one, without the socket's birth if there is but one."""
        steps = sequence.split("; ")[:-1]
        alone = sum(s.startswith("s ") for s in steps) == 1
        plain = [self.plain(s) for s in steps if not (alone and s.startswith("s "))]
        return ", after " + "; ".join(plain) if plain else ""

    def shows(self, sequence, kind):
        literal = self.pin.literal(sequence)
        got, expected = self.walk.run([literal])[0][1], self.single.run([literal])[0][1]
        return (self.first(sequence, expected, got) or [None])[0] == kind

    def first(self, sequence, expected, got):
        """The kind of the first difference and its details, or None."""
        steps = sequence.split("; ")
        asked = set(re.findall(r"\b\d+\b", sequence))
        for at, step in enumerate(steps):
            kind = kind_of(steps, at)
            ours, theirs = self.normal(got[at], asked), self.normal(expected[at], asked)
            if ours == theirs:
                continue
            difference = self.contrast(kind, theirs, ours)
            if difference:
                return "%s: %s: %s" % (kind, self.plain(step), difference), theirs + ", got " + ours
        return None

    def contrast(self, kind, expected, got):
        """What differs: the outcome and the address, or else the port. Empty if only the pin makes the difference."""
        theirs, ours = expected.split(), got.split()
        if theirs[0] != ours[0] or (theirs[1] != ours[1] and not self.is_born_pinned(kind, theirs[1], ours[1])):
            return "expected %s, got %s" % (" ".join(theirs[:2]), " ".join(ours[:2]))
        if theirs[2] == ours[2] or (kind[1] in "ir" and theirs[2] == "0"):
            return ""
        return "expected %s port %s, got port %s" % (theirs[0], theirs[2], ours[2])

    def is_born_pinned(self, kind, address, our_address):
        """Do they differ only in the pin's address, which is in the wildcard's place?"""
        if address not in ("A4", "A6", "AM"):
            return False
        family = "4" if address == "AM" else kind[0]
        mapped = kind[0] == "6" and our_address in ("PM", "AM")
        # Supervised, a TCP socket of an interface's pin is on loopback until it is used (seal.c).
        is_closed = self.engine != "preload" and kind[1] == "t" and not self.pin.by_address
        if family in self.pin.families_pinned and not (is_closed and our_address in ("L4", "LM")):
            return our_address in ("P" + address[1], address) or mapped
        return our_address in ("L4", "LM", address) or mapped

    def normal(self, result, asked):
        """A step's result, with the word for its address, and "any" for a port that the kernel chose."""
        outcome, address, port = result.split()[:3]
        return "%s %s %s" % (outcome, self.pin.name_of(address), port if port in asked or port in "0-" else "any")

    def report(self):
        """Prints the classes, and returns how many sequences differ in a way that is not known."""
        unknown = 0
        reasons = collections.Counter()
        for difference, count in self.counts.most_common():
            line = "%s %s %s" % (self.engine, " ".join(self.pin.arguments), difference)
            why = [why for pattern, why in self.known if pattern.search(line)]
            if why:
                reasons[why[0]] += count
                continue
            # What still is no difference each time, was the time's.
            sequence, details = self.shortest[difference]
            kind = difference[:len(difference) - len(self.history(sequence))]
            if not all(self.shows(sequence, kind) for _ in range(AGAIN)):
                reasons["by chance: not each time that it is tried"] += count
                continue
            unknown += count
            print("difference: %s\n    as in: %s\n    expected %s\n    seen: %d times"
                  % (difference, sequence, details, count))
        for why, count in reasons.most_common():
            print("known: %d times: %s" % (count, why))
        return unknown
