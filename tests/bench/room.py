# SPDX-License-Identifier: MIT
"""Connections held at once, memory, and sizes of files."""
import os
import tempfile

from calls import words
from figures import ENGINES, NAMES, Goal, Measurement
from machine import ADDRESS, BUILD, HOLD, HOLDS, ROUTER, Loop, Missing, client, launchers, need, output_of

CONNECTIONS = 60000
CALLS = 100000
OURS = launchers("-a", ADDRESS)


def connections(_rounds):
    hold = [HOLD, str(CONNECTIONS), ROUTER, str(HOLDS)]
    ways = {"own": [*hold, "own", ADDRESS], **{name: [*way, *hold] for name, way in OURS.items()}}
    return [{name: [int(output_of(client(way)))] for name, way in ways.items()}]


def private(pid):
    """KiB that only this process uses."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            lines = [line.split() for line in file]
    except OSError as error:
        raise Missing(f"smaps_rollup: {error.strerror}") from error
    return sum(int(line[1]) for line in lines if line[0] in ("Private_Clean:", "Private_Dirty:"))


def resident(pid):
    """MiB, shared memory too."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS:"))


def of_program(rounds):
    """Measured with two launches at once, so that they share the library's code, as in real use. A supervised
    program is the last process of its launch."""
    taken = []
    for _ in range(rounds):
        values = {}
        for name in ("bare", "both", "preload"):
            program = words(OURS[name], "connect", ROUTER)
            with Loop(program) as one, Loop(program) as other:
                one.take(10), other.take(10)
                values[name] = [private(one.descendants()[-1])]
        taken.append(values)
    return taken


def of_supervisor(_rounds):
    values = {}
    for name in ("both", "strict"):
        with Loop(words(OURS[name], "socket", ROUTER)) as loop:
            loop.take(1000)
            supervisor = loop.descendants()[1]
            values[f"{name} before"] = [resident(supervisor)]
            loop.take(CALLS)
            values[name] = [resident(supervisor)]
    return [values]


def kib(path):
    return os.path.getsize(path) / 1024


def is_static(path):
    need("readelf")
    return "INTERP" not in output_of(["readelf", "-lW", path])


def executable():
    """KiB of the installed, stripped file."""
    need("strip")
    with tempfile.TemporaryDirectory() as directory:
        output_of(["strip", "-o", f"{directory}/bindto", f"{BUILD}/bindto"])
        return kib(f"{directory}/bindto")


def static_size(_rounds):
    if not is_static(f"{BUILD}/bindto"):
        raise Missing("the build is not static (see --build)")
    return [{"preload": [executable()]}]


def dynamic_size(_rounds):
    if is_static(f"{BUILD}/bindto"):
        raise Missing("the build is static")
    return [{"preload": [executable()]}]


def library_size(_rounds):
    return [{"preload": [kib(f"{BUILD}/preload/libbindto.so")]}]


MEASUREMENTS = (
    Measurement("connections", "held", connections, tuple(
        Goal(f"connections from one address to four ports, {NAMES[of]}", of, "value",
             limit=CONNECTIONS, at_least=True, digits=0) for of in ENGINES)),
    Measurement("memory", "KiB", of_program, (
        Goal("private memory of a pinned process, default", "both", "more", limit=64, digits=0),
        Goal("private memory of a pinned process", "preload", "more", limit=64, digits=0),)),
    Measurement("supervisor", "MiB", of_supervisor, (
        Goal("memory of the supervisor, default", "both", "value", limit=3, digits=1),
        Goal("memory of the supervisor", "strict", "value", limit=3, digits=1),
        Goal(f"memory of the supervisor, grown over {CALLS:,} calls", "strict", "more", "strict before",
             limit=0.1, digits=1))),
    Measurement("static executable", "KiB", static_size, (
        Goal("size of the static executable", "preload", "value", limit=1638, digits=0),)),
    Measurement("dynamic executable", "KiB", dynamic_size, (
        Goal("size of the dynamic executable", "preload", "value"),)),
    Measurement("library", "KiB", library_size, (
        Goal("size of the library", "preload", "value", limit=84, digits=0),)),
)
