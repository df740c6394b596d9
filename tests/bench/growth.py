# SPDX-License-Identifier: MIT
"""Curves over the number of processes, of threads and of exclusions."""
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Callable

from calls import in_turns
from figures import ENGINES, NAMES, Goal, Measurement
from machine import ADDRESS, ADDRESS_6, CLOSES, LOOP, ROUTER, ROUTER_6, Loop, Missing, client, launchers, need

SOCKETS = 2000
OURS = launchers("-a", ADDRESS)


@dataclass(frozen=True)
class Curve:
    name: str
    label: str
    unit: str
    take: Callable  # of the number of rounds: x to variant to y

    def write(self, directory, points):
        """Writes the data and, if there is gnuplot, a picture. Returns the names of the files."""
        name = self.name.replace(" ", "-")
        base = f"{directory}/{name}"
        variants = list(next(iter(points.values())))
        with open(f"{base}.tsv", "w", encoding="ascii") as file:
            print(self.label.replace(" ", "_"), *variants, sep="\t", file=file)
            for x, values in points.items():
                print(x, *(f"{values[name]:.3f}" for name in variants), sep="\t", file=file)
        try:
            need("gnuplot")
        except Missing:
            return [f"{name}.tsv"]
        plots = ", ".join(f"'{base}.tsv' using 1:{i} with linespoints" for i in range(2, 2 + len(variants)))
        subprocess.run(["gnuplot"], text=True, check=True, input=(
            f"set terminal svg size 720,420 background 'white'\nset output '{base}.svg'\nset logscale x\n"
            f"set yrange [0:]\nset key autotitle columnheader left\nset grid\nset title '{self.name}'\n"
            f"set xlabel '{self.label}'\nset ylabel '{self.unit}'\nplot {plots}\n"))
        return [f"{name}.tsv", f"{name}.svg"]


def crowd(option, workers, rounds):
    """Microseconds for each socket and close, with so many workers at once."""
    count, taken = max(SOCKETS, 4 * workers), {name: [] for name in OURS}
    program = [LOOP, option, str(workers), "socket", ROUTER, str(CLOSES)]
    with ExitStack() as stack:
        loops = {name: stack.enter_context(Loop(client([*way, *program]))) for name, way in OURS.items()}
        for loop in loops.values():
            loop.take(count)
        for _ in range(rounds):
            for name, loop in loops.items():
                taken[name].append(loop.take(count) / 1000)
    return {name: median(values) for name, values in taken.items()}


def by_processes(rounds):
    return {workers: crowd("-p", workers, rounds) for workers in (1, 10, 100, 1000)}


def by_threads(rounds):
    return {workers: crowd("-t", workers, rounds) for workers in (1, 2, 4, 8, 16, 32, 64)}


def exclusions(count):
    """Prefixes that do not touch each other, and none of which holds the peer."""
    return [word for i in range(count) for word in ("-e", f"2001:db8:{0x1000 + i:x}::/48")]


def excluding(engine, count):
    launcher = launchers("-a", ADDRESS_6, *exclusions(count))[engine]
    return client([*launcher, LOOP, "reconnect", ROUTER_6, str(CLOSES)])


def among_exclusions(rounds):
    points = {}
    for count in (1, 10, 100, 1000):
        programs = {engine: excluding(engine, count) for engine in ENGINES}
        taken = in_turns(programs, min(rounds, 2))
        points[count] = {name: median(value for values in taken for value in values[name])
                         for name in programs}
    return points


def one_against_thousand(engine):
    return lambda rounds: in_turns({"one": excluding(engine, 1), "thousand": excluding(engine, 1000)}, rounds)


CURVES = (
    Curve("sockets by processes", "processes", "µs a socket", by_processes),
    Curve("sockets by threads", "threads", "µs a socket", by_threads),
    Curve("connects by exclusions", "exclusions", "µs a connect", among_exclusions),
)

MEASUREMENTS = tuple(
    Measurement(f"exclusions, {NAMES[engine]}", "µs", one_against_thousand(engine), (
        Goal(f"a UDP connect, 1,000 exclusions against 1, {NAMES[engine]}", "thousand", against="one", limit=1.1),))
    for engine in ENGINES
)
