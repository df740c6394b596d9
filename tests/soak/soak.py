# SPDX-License-Identifier: MIT
"""Runs the load under each engine, changes the uplink meanwhile, and judges the run.

usage: soak.py [--minutes N] [--engine NAME]... [--json FILE] -- WORDS_THAT_MAKE_A_COMMAND_THE_USERS...
"""
import argparse
import json
import os
import subprocess
import sys
import time

ENGINES = "both", "preload", "supervise"
PROCESSES = {"both": 2, "preload": 1, "supervise": 2, "none": 1}  # that last as long as the run
FIRST_SAMPLE = 0.1  # of the run: what a process has taken by then may be kept
MAY_GROW = {"memory": 2048, "descriptors": 8}  # KiB, and what connections at hand take
TESTS, NETWORK = os.environ["BINDTO_TESTS_DIR"], os.environ["NETWORK_DIR"]

ROUTES = """route replace default via 198.51.100.1 dev wlan0 metric 600
route replace ::/0 via 2001:db8:2::1 dev wlan0 metric 600"""
ADDRESSES = """addr replace 198.51.100.2/24 dev wlan0
addr replace 198.51.100.3/24 dev wlan0
addr replace 2001:db8:2::3/64 dev wlan0 nodad
addr replace 2001:db8:2::2/64 dev wlan0 nodad
""" + ROUTES
ROUTER = """addr replace 198.51.100.1/24 dev to-wlan0
addr replace 2001:db8:2::1/64 dev to-wlan0 nodad"""


def ip(namespace, commands):
    subprocess.run(["ip", "-n", namespace, "-batch", "-"], input=commands, text=True, check=True, timeout=10)


def address_comes_and_goes():
    ip("client", "addr add 198.51.100.7/24 dev wlan0\naddr add 2001:db8:2::7/64 dev wlan0 nodad")
    time.sleep(3)
    ip("client", "addr del 198.51.100.7/24 dev wlan0\naddr del 2001:db8:2::7/64 dev wlan0")


def lease_changes():
    """wlan0 loses its addresses and gets others, as with a new DHCP lease."""
    ip("client", "addr flush dev wlan0")
    ip("client", "addr add 198.51.100.9/24 dev wlan0\naddr add 2001:db8:2::9/64 dev wlan0 nodad\n" + ROUTES)
    time.sleep(4)
    ip("client", "addr flush dev wlan0")
    ip("client", ADDRESSES)


def carrier_is_lost():
    ip("router", "link set to-wlan0 down")
    time.sleep(3)
    ip("router", "link set to-wlan0 up\n" + ROUTER)
    ip("client", ADDRESSES)


def interface_goes_down():
    ip("client", "link set wlan0 down")
    time.sleep(2)
    ip("client", "link set wlan0 up\n" + ADDRESSES)


def interface_is_made_again():
    ip("client", "link del wlan0")
    time.sleep(2)
    subprocess.run("ip link add wlan0 netns client type veth peer name to-wlan0 netns router".split(),
                   check=True, timeout=10)
    ip("router", "link set to-wlan0 up\n" + ROUTER)
    ip("client", "link set wlan0 up\n" + ADDRESSES)


CHANGES = (address_comes_and_goes, lease_changes, carrier_is_lost, interface_goes_down,
           interface_is_made_again)
PAUSE = 8  # seconds in which the load runs as usual
CALM = 60  # seconds at the end without a change, or a third of a short run


def status_of(pid):
    """(name, parent, resident KiB, descriptors) of a process; None if it is gone."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as lines:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)
        return (fields["Name"], int(fields["PPid"]), int(fields.get("VmRSS", "0 kB").split()[0]),
                len(os.listdir("/proc/%d/fd" % pid)))
    except (OSError, KeyError):
        return None


def family_of(pid):
    """{process id: status} of a process and all its descendants."""
    known = {int(name): status_of(int(name)) for name in os.listdir("/proc") if name.isdigit()}
    known = {number: status for number, status in known.items() if status}
    found, grew = {pid}, True
    while grew:
        more = {number for number, status in known.items() if status[1] in found} - found
        found, grew = found | more, bool(more)
    return {number: known[number] for number in found if number in known}


class Run:
    def __init__(self, engine, seconds, as_user):
        self.engine, self.file = engine, "%s/tmp/soak.%s.json" % (TESTS, engine)
        self.first, self.last, self.most = {}, {}, {}
        command = ["nsenter", "--net=/run/netns/client", "--"] + as_user
        if engine != "none":
            command += [os.environ["BINDTO"], "--engine", engine, "-i", "wlan0", "--"]
        command += ["python3", TESTS + "/lib/load.py", self.file, str(seconds)]
        # The library alone leaves libc's own questions to name servers as they are.
        command += ["names"] if engine != "preload" else []
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def sample(self, is_first):
        for pid, (name, _, memory, descriptors) in family_of(self.process.pid).items():
            now = {"name": name, "memory": memory, "descriptors": descriptors}
            if is_first:
                self.first[pid] = now
            elif pid in self.first:
                self.last[pid] = now
                most = self.most.setdefault(pid, dict(now))
                most["memory"] = max(most["memory"], memory)
                most["descriptors"] = max(most["descriptors"], descriptors)

    def counts(self):
        try:
            with open(self.file, encoding="ascii") as text:
                return json.load(text)
        except OSError:
            return {}

    def has_begun(self):
        """Has the load done all that it does? On a busy machine it takes its time to start."""
        return {"connect", "send", "datagram", "stream", "child", "listen"} <= {key.split()[0] for key in self.counts()}

    def done(self):
        return {"counts": self.counts(), "processes": [
            {"name": first["name"], **{what: (first[what], self.last[pid][what], self.most[pid][what])
                                       for what in MAY_GROW}}
            for pid, first in self.first.items() if pid in self.last]}


def faults_of(run, result, calm):
    """The faults of a run. calm: its counts when the last change was over."""
    faults = []
    if run.process.returncode != 0:
        faults.append("ended with %d" % run.process.returncode)
    if len(result["processes"]) < PROCESSES[run.engine]:
        faults.append("its processes did not last")
    for process in result["processes"]:
        for what, limit in MAY_GROW.items():
            first, last, _ = process[what]
            if last > first + limit:
                faults.append("%s of %s grew from %d to %d" % (what, process["name"], first, last))
    counts = result["counts"]
    faults += ["%s: %d times" % (key, times) for key, times in counts.items()
               if " from " in key or "hang" in key or "Error" in key]
    for key, times in counts.items():
        if key.endswith(" ok") and times <= calm.get(key, 0):
            faults.append("no '%s' after the last change" % key)
    return faults


def told(run, result):
    print("--engine %s" % run.engine)
    for key, times in sorted(result["counts"].items()):
        print("    %8d %s" % (times, key))
    for process in result["processes"]:
        print("    %-10s " % process["name"] + ", ".join(
            "%s %d at first, %d at last, %d at most" % ((what,) + process[what]) for what in MAY_GROW))


def packets():
    with open(NETWORK + "/judge.json", encoding="ascii") as text:
        return json.load(text)


def main():
    parser = argparse.ArgumentParser(prog="tests/soak/run")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--engine", action="append", choices=ENGINES + ("none",))
    parser.add_argument("--json")
    parser.add_argument("as_user", nargs="+")
    options = parser.parse_args()

    seconds = options.minutes * 60
    begin = time.monotonic()
    runs = [Run(engine, seconds, options.as_user) for engine in options.engine or ENGINES]
    changes, sampled, calm = dict.fromkeys((act.__name__ for act in CHANGES), 0), False, {}
    turn, next_change = 0, begin + PAUSE
    while time.monotonic() < begin + seconds + 10 and any(run.process.poll() is None for run in runs):
        now = time.monotonic()
        # What works in the calm after the last change has survived it.
        if now >= next_change and now < begin + seconds - min(CALM, seconds / 3):
            act = CHANGES[turn % len(CHANGES)]
            act()
            changes[act.__name__] += 1
            turn, next_change = turn + 1, time.monotonic() + PAUSE
            calm = {run.engine: run.counts() for run in runs}
        is_first = (not sampled and now >= begin + seconds * FIRST_SAMPLE and
                    all(run.has_begun() for run in runs))
        if is_first or sampled:
            for run in runs:
                run.sample(is_first)
        sampled = sampled or is_first
        time.sleep(1)

    faults, results = [], {}
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            faults.append("--engine %s: did not end" % run.engine)
        run.process.wait()
        results[run.engine] = run.done()
        told(run, results[run.engine])
        faults += ["--engine %s: %s" % (run.engine, fault)
                   for fault in faults_of(run, results[run.engine], calm.get(run.engine, {}))]
    left = [name for name in ("bindto", "who") if subprocess.run(["pgrep", "-x", name], check=False,
                                                                 stdout=subprocess.DEVNULL).returncode == 0]
    faults += ["a process is left: %s" % name for name in left]
    seen = packets()
    faults += ["a packet went astray: %s" % line for line in seen["examples"]]
    print("changes: %s" % changes)
    print("packets: %s" % seen["packets"])
    for fault in faults:
        print("FAULT: %s" % fault)
    if options.json:
        with open(options.json, "w", encoding="ascii") as out:
            json.dump({"minutes": options.minutes, "results": results, "changes": changes, "faults": faults,
                       **seen}, out, indent=1)
    print("%d minutes, %d faults" % (options.minutes, len(faults)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
