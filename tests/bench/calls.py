# SPDX-License-Identifier: MIT
"""What one call costs. The programs of a comparison take turns every few milliseconds."""
from contextlib import ExitStack

from figures import Goal, Measurement
from machine import (ADDRESS, ADDRESS_6, BINDTO, CLOSES, DEVICE, DEVICE_ADDRESS, DEVICE_ROUTER, LOOP,
                     ROUTER, ROUTER_6, Loop, client, on_processor)

TURNS = 24
TURN_TIME = 2_500_000  # nanoseconds, of the fastest variant


def in_turns(programs, rounds):
    """programs: name to words of a loop. Each round starts them anew."""
    count, taken = 0, []
    for _ in range(rounds):
        with ExitStack() as stack:
            loops = {name: stack.enter_context(Loop(words)) for name, words in programs.items()}
            first = min(loop.take(20) for loop in loops.values())
            count = count or max(20, int(TURN_TIME / min(first, *(loop.take(100) for loop in loops.values()))))
            values = {name: [] for name in loops}
            names = list(loops)
            for turn in range(TURNS):
                shift = turn % len(names)
                for name in names[shift:] + names[:shift]:
                    values[name].append(loops[name].take(count) / 1000)
            taken.append(values)
    return taken


def words(launcher, operation, peer, own=()):
    return client(on_processor(0, [*launcher, LOOP, *own, operation, peer, str(CLOSES)]))


def call(operation, peer, pin, variants, own=()):
    """The words of each variant of an operation under a pin."""
    launchers = {"bare": [], "own": [], "preload": [BINDTO, *pin], "strict": [BINDTO, "-s", *pin]}
    return {name: words(launchers[name], operation, peer, own if name == "own" else ())
            for name in variants}


def compare(name, operation, peer, pin, goals, own=()):
    variants = ("bare", "own", "preload", "strict") if own else ("bare", "preload", "strict")
    return Measurement(name, "µs", lambda rounds: in_turns(call(operation, peer, pin, variants, own), rounds),
                       goals)


def same(what, limit=1.02):
    """As fast as bare, by both engines."""
    return tuple(Goal(f"{what}, {'library' if of == 'preload' else '--strict'}", of, limit=limit)
                 for of in ("preload", "strict"))


def seen(what):
    """As fast as bare by the library; --strict sees each datagram that names its peer."""
    return (Goal(f"{what}, library", "preload", limit=1.02), Goal(f"{what}, --strict", "strict", kind="more", limit=14))


A, A6, I = ("-a", ADDRESS), ("-a", ADDRESS_6), ("-i", DEVICE)
OWN, OWN6, OWN_I = ("-b", ADDRESS), ("-b", ADDRESS_6), ("-b", DEVICE_ADDRESS, "-d", DEVICE)

def filtered(operation, what):
    """A program that binds for itself, under a filter that allows everything, and without: the floor."""
    def take(rounds):
        return in_turns({"bare": words([], operation, ROUTER), "own": words([], operation, ROUTER, OWN),
                         "filter": words([], operation, ROUTER, ("-f", *OWN))}, rounds)
    return Measurement(f"{operation} filtered", "µs", take, (Goal(f"{what}, own bind under an open filter", "filter"),))


MEASUREMENTS = (
    compare("socket", "socket", ROUTER, A, (
        Goal("socket() and close, library", "preload", against="own", limit=1.05),
        Goal("socket() and close, --strict", "strict", kind="more", limit=12)), OWN),
    compare("socket6", "socket", ROUTER_6, A6, (
        Goal("socket() and close, IPv6, library", "preload", against="own", limit=1.05),
        Goal("socket() and close, IPv6, --strict", "strict", kind="more", limit=12)), OWN6),
    compare("connect -a", "connect", ROUTER, A, (
        Goal("TCP connect and close, -a, library", "preload", against="own", limit=1.05),
        Goal("TCP connect and close, -a, --strict", "strict", against="own", limit=2.0)), OWN),
    compare("connect6 -a", "connect", ROUTER_6, A6, (
        Goal("TCP connect and close, IPv6, -a, library", "preload", against="own", limit=1.05),
        Goal("TCP connect and close, IPv6, -a, --strict", "strict", against="own", limit=2.0)), OWN6),
    compare("connect -i", "connect", DEVICE_ROUTER, I, (
        Goal("TCP connect and close, -i, library", "preload", against="own", limit=1.15),
        Goal("TCP connect and close, -i, --strict", "strict", against="own", limit=2.0)), OWN_I),
    compare("sendmsg", "sendmsg", ROUTER, A, seen("UDP sendmsg, -a"), OWN),
    compare("sendmmsg", "sendmmsg", ROUTER, A, seen("UDP sendmmsg, -a"), OWN),
    compare("send", "send", ROUTER, A, same("UDP send, connected, -a"), OWN),
    compare("sendto", "sendto", ROUTER, A, seen("UDP sendto, IPv4, -a"), OWN),
    filtered("sendmsg", "UDP sendmsg, -a"),
    filtered("send", "UDP send, connected, -a"),
    filtered("sendto", "UDP sendto, IPv4, -a"),
    compare("sendto -i", "sendto", DEVICE_ROUTER, I, (
        Goal("UDP sendto, -i, library", "preload", limit=1.05),
        Goal("UDP sendto, -i, --strict", "strict", kind="more", limit=14))),
)
