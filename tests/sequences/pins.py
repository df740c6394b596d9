# SPDX-License-Identifier: MIT
"""The pins that sequences run under, and what their words stand for.

A sequence names its addresses and devices by words that fit every pin: R4 is a remote peer, P4 the pinned address, O4
an address of this host that is not pinned. `Pin.literal` writes the addresses out, for the probe `walk`, and
`Pin.name_of` finds the word for an address.
"""
import re

OPEN, CLOSED, FIXED, FIXED2 = 7200, 7, 5001, 5002
BOUND = (FIXED, FIXED2, 40050, 20050)  # ports that programs bind themselves; -p leaves them alone

WORDS = {
    "R4": "192.0.2.1", "R6": "2001:db8:9::1", "X4": "192.0.2.9", "X6": "2001:db8:9::9",
    "L4": "127.0.0.1", "L6": "::1", "LL4": "127.0.0.2", "A4": "0.0.0.0", "A6": "::",
    "N4": "10.9.8.7", "N6": "2001:db8:77::7", "M4": "224.1.2.3", "M6": "ff02::114", "MS": "ff15::114",
    "B4": "255.255.255.255",
}
UPLINKS = {
    "eth0": {"4": ("203.0.113.2", "203.0.113.3"), "6": ("2001:db8:1::2", "2001:db8:1::3"),
             "broadcast": "203.0.113.255", "router": "fe80::1:1"},
    "wlan0": {"4": ("198.51.100.2", "198.51.100.3"), "6": ("2001:db8:2::2", "2001:db8:2::3"),
              "broadcast": "198.51.100.255", "router": "fe80::2:1"},
}
MAPPED = ("R", "X", "L", "A", "N", "P", "O", "Q", "M")


class Pin:
    """The arguments of bindto, and the packets that may leave under them."""

    def __init__(self, arguments, uplink, addresses=None, ports=None, families="46", exclude=False):
        self.arguments = arguments.split()
        self.uplink, self.other = uplink, "eth0" if uplink == "wlan0" else "wlan0"
        self.by_address = addresses is not None
        self.addresses = addresses or [a for f in families for a in UPLINKS[uplink][f]]
        self.ports, self.exclude, self.families = ports, exclude, families
        self.families_pinned = "".join(f for f in "46" if any((":" in a) == (f == "6") for a in self.addresses))
        self.words = dict(WORDS)
        for family in "46":
            own = [a for a in self.addresses if (":" in a) == (family == "6")]
            other = UPLINKS[self.other][family]
            spare = [a for a in UPLINKS[uplink][family] if a not in own] or [other[1]]
            self.words["P" + family] = own[0] if own else spare[0]
            self.words["O" + family] = other[0]
            self.words["Q" + family] = spare[0]
        for word in MAPPED:
            self.words[word + "M"] = "::ffff:" + self.words[word + "4"]
        for letter, device in (("p", self.uplink), ("o", self.other)):
            self.words["D" + letter] = device
            self.words["B" + letter] = UPLINKS[device]["broadcast"]
            self.words["M" + letter] = "ff02::114%" + device
            self.words["K" + letter] = UPLINKS[device]["router"] + "%" + device

    def set_link_local(self, of_device):
        """The link-local addresses, which the kernel makes: {device: address}. G's are on the wrong link."""
        for letter, device in (("p", self.uplink), ("o", self.other)):
            self.words["F" + letter] = of_device[device] + "%" + device
            self.words["G" + letter] = of_device[device] + "%" + (self.other if letter == "p" else self.uplink)
        if not self.by_address and "6" in self.families:
            self.addresses = self.addresses + [of_device[self.uplink]]

    def literal_word(self, word):
        if word.startswith(("pi=", "u:")):
            head = word[:3] if word[0] == "p" else word[:2]
            address, percent, device = word[len(head):].partition("%")
            return head + self.literal_word(address) + percent + (self.literal_word(device) if device else "")
        return self.words.get(word, word)

    def literal(self, sequence):
        return "; ".join(" ".join(self.literal_word(w) for w in step.split()) for step in sequence.split("; "))

    def name_of(self, address):
        for word, value in self.words.items():
            if value == address and not word.startswith("D"):
                return word
        return address

    def rules(self):
        """The rules for the probe `tap`: what may leave."""
        device = "any" if self.by_address else self.uplink
        rules = ["%s=%s" % (device, address) for address in self.addresses]
        if self.by_address:
            rules.append("loopback")
        if self.exclude:
            rules += ["to=" + WORDS["X4"], "to=" + WORDS["X6"]]
        if self.ports:
            rules += ["ports=" + self.ports] + ["ports=%d" % port for port in BOUND]
        return rules

    def elsewhere(self):
        """The client's other addresses, which a host with this uplink alone still has as its own."""
        return [a for uplink in UPLINKS.values() for f in "46" for a in uplink[f] if a not in self.addresses]


PINS = {
    "i": lambda: Pin("-i wlan0", "wlan0"),
    "a4": lambda: Pin("-a 203.0.113.3", "eth0", ["203.0.113.3"]),
    "a46": lambda: Pin("-a 203.0.113.3 -a 2001:db8:1::3", "eth0", ["203.0.113.3", "2001:db8:1::3"]),
    "ip": lambda: Pin("-i wlan0 -p 40000-40099", "wlan0", ports="40000-40099"),
    "ip-low": lambda: Pin("-i wlan0 -p 20000-20099", "wlan0", ports="20000-20099"),
    "ie": lambda: Pin("-i wlan0 -e 192.0.2.9 -e 2001:db8:9::9", "wlan0", exclude=True),
    "i4": lambda: Pin("-4 -i wlan0", "wlan0", families="4"),
}


def kind_of(steps, at):
    """The socket that a step is about, as "6u"; its step `s` may be any that comes before."""
    made = [s.split()[1] + s.split()[2] for s in steps[:at + 1] if s.startswith("s ")]
    if steps[at].startswith("s "):
        return made[-1]
    number = 1 if re.match(r"[a-z]+\.1", steps[at]) else 0
    return made[number] if number < len(made) else "none"
