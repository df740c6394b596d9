# SPDX-License-Identifier: MIT
"""Random sequences of socket calls, in the words of pins.py and the steps of the probe `walk`.

Most are short, because a leak needs few steps. A third of them are known ones (the file `corpus`) with a change.
"""
import os

from pins import BOUND, CLOSED, FIXED, OPEN

LENGTHS = [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7]
CALLS = {
    "u": {"st": 22, "sm": 16, "mm": 4, "c": 16, "cu": 7, "sd": 11, "b": 15, "o": 14, "dup": 1, "nd": 2, "l": 1,
          "wr": 1, "sh": 1},
    "t": {"c": 28, "b": 18, "st": 8, "sm": 7, "mm": 1, "sd": 7, "cu": 7, "l": 7, "o": 13, "nd": 2, "dup": 1, "sh": 1},
}
TO = {
    "4": {"R4": 32, "L4": 16, "O4": 12, "Q4": 3, "P4": 6, "X4": 6, "M4": 6, "B4": 2, "Bp": 3, "Bo": 3, "A4": 3,
          "LL4": 2, "u:R4": 3, "u:L4": 1, "u:O4": 1, "u:A4": 2, "R6": 2, "L6": 1, "RM": 1},
    "6": {"R6": 24, "RM": 14, "L6": 10, "LM": 8, "O6": 8, "OM": 7, "Q6": 2, "P6": 4, "PM": 3, "X6": 4, "XM": 3,
          "M6": 3, "Mp": 3, "Mo": 4, "MS": 3, "MM": 2, "Kp": 3, "Ko": 4, "A6": 2, "AM": 2, "R4": 2, "L4": 1,
          "u:R4": 3, "u:A4": 1, "u:R6": 1, "Fo": 1, "Fp": 1, "Go": 1, "Gp": 1},
}
BIND = {
    "4": {"A4": 32, "L4": 18, "O4": 8, "Q4": 5, "P4": 14, "N4": 5, "M4": 6, "Bp": 1, "Bo": 2, "B4": 1, "u:A4": 2,
          "LL4": 3, "A6": 1},
    "6": {"A6": 30, "AM": 8, "L6": 14, "LM": 8, "O6": 6, "OM": 5, "Q6": 3, "P6": 8, "PM": 5, "N6": 3, "NM": 2,
          "M6": 1, "Mp": 2, "Mo": 2, "MS": 3, "MM": 1, "Fp": 2, "Fo": 3, "A4": 2, "u:A4": 1, "LL4": 1},
}
DEVICES = {"Dp": 3, "Do": 4, "-": 3, "lo": 1}
SOURCES = {"4": ["A4", "A4", "O4", "Q4", "P4", "L4"], "6": ["A6", "A6", "O6", "Q6", "P6", "L6", "Fo"]}
LOCAL = {"L4", "L6", "LM", "LL4", "O4", "O6", "OM", "P4", "P6", "PM", "Q4", "Q6", "A4", "A6", "AM"}
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def corpus():
    with open(CORPUS, encoding="ascii") as lines:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Generator:
    def __init__(self, random, root=False):
        self.random, self.root = random, root
        self.known = corpus()

    def pick(self, weights):
        return self.random.choices(list(weights), list(weights.values()))[0]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def sequence(self):
        if self.chance(33):
            return self.changed(self.random.choice(self.known))
        kinds = [self.kind()]
        if self.chance(15):
            kinds.append(self.kind())
        steps = ["s %s %s" % kind for kind in kinds]
        for _ in range(self.random.choice(LENGTHS)):
            which = self.random.randrange(len(kinds))
            steps.append(self.step(kinds[which], which))
        return "; ".join(steps)

    def changed(self, sequence):
        """A known sequence with one or two changes: a step is added, removed or replaced."""
        steps = sequence.split("; ")
        kinds = [tuple(s.split()[1:3]) for s in steps if s.startswith("s ")]
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3])):
            at = self.random.randrange(len(steps))
            which = self.random.randrange(len(kinds))
            new = self.step(kinds[which], which)
            how = self.random.random()
            if how < 0.5:
                steps.insert(self.random.randint(len(kinds), len(steps)), new)
            elif not steps[at].startswith("s "):
                steps[at:at + 1] = [new] if how < 0.8 else []
        return "; ".join(steps)

    def kind(self):
        types = {"u": 56, "t": 34, "i": 9}
        if self.root:
            types["r"] = 6
        return self.random.choice("4666" if self.chance(40) else "446"), self.pick(types)

    def step(self, kind, which):
        family, kind_type = kind
        call = self.pick(CALLS["t" if kind_type == "t" else "u"])
        rest = ""
        if call == "b":
            rest = " %s %d" % (self.pick(BIND[family]), self.bind_port())
        elif call in ("c", "st", "sm", "mm"):
            rest = self.destination(call, family, kind_type)
        elif call == "o":
            rest = " " + self.option(family)
        return call + (".1" if which else "") + rest

    def bind_port(self):
        return self.random.choice([0, 0, 0, 0, FIXED, *BOUND])

    def destination(self, call, family, kind_type):
        text = self.address(family, kind_type)
        if call == "mm" and self.chance(60):
            text += self.address(family, kind_type)
        if call == "sm" and self.chance(12):
            text = ""
        if call in ("st", "sm") and self.chance(45 if kind_type == "t" else 2):
            text += " fo"
        if call == "sm" and self.chance(25):
            source = self.random.choice(SOURCES["4" if family == "4" or self.chance(25) else "6"])
            text += " pi=" + source + (("%" + self.pick(DEVICES)).replace("%-", "") if self.chance(50) else "")
        if call in ("st", "sm") and self.chance(2):
            text += " dr"
        return text

    def address(self, family, kind_type):
        address = self.pick(TO[family])
        # A remote host answers a closed port of UDP when it likes, which would disturb a later step.
        if kind_type == "t" or address in LOCAL:
            return " %s %d" % (address, self.random.choice([OPEN, OPEN, OPEN, CLOSED, FIXED]))
        return " %s %d" % (address, OPEN)

    def option(self, family):
        name = self.pick({"v6only": 6 if family == "6" else 1, "dev": 5, "devif": 2, "uif4": 4, "uif6": 3,
                          "mif4": 3, "mif6": 3, "noport": 4, "route": 4, "bcast": 8, "join": 4, "reuse": 2,
                          "free": 2, "transparent": 1, "pktinfo": 3 if family == "6" else 0, "range": 2,
                          "dontroute": 1, "mark": 1, "free6": 1})
        if name in ("dev", "devif", "uif4", "uif6", "mif6"):
            value = self.pick(DEVICES)
        elif name == "mif4":
            value = self.random.choice(["Dp", "Do", "O4", "P4", "A4"])
        elif name == "route":
            value = "R6 " + self.random.choice("224440") if family == "6" and self.chance(80) else "R4"
        elif name == "join":
            value = self.random.choice(["M4", "M4 Dp", "M4 Do"] if family == "4" else ["MS", "MS Dp", "MS Do", "M6 Do"])
        elif name == "pktinfo":
            value = self.random.choice(["A6", "O6", "P6", "L6", "Ko"])
        elif name == "range":
            value = self.random.choice(["0", "33000-33100", "40000-40999", "40010-40020"])
        else:
            value = self.random.choice("1110")
        return name + " " + value
