# SPDX-License-Identifier: MIT
"""The same by other launchers that a user could take, if they are installed and run here."""
from contextlib import contextmanager, nullcontext
from subprocess import DEVNULL

from calls import in_turns, words
from flow import TCP, flow
from figures import Goal, Measurement
from machine import (ADDRESS, ROUTER, USER_DIRECTORY, Failed, Missing, Started, client, launchers, need,
                     output_of)
from starting import start_up
from waiting import wait_for_port

CHAIN = f"{USER_DIRECTORY}/proxychains.conf"
OURS = launchers("-a", ADDRESS)


def proxychains():
    """proxychains, through a SOCKS server that connects from the address."""
    need("proxychains4", "microsocks")
    with open(CHAIN, "w", encoding="ascii") as file:
        file.write("strict_chain\nquiet_mode\n[ProxyList]\nsocks5 127.0.0.1 1080\n")
    server = ["microsocks", "-i", "127.0.0.1", "-p", "1080", "-b", ADDRESS]
    return ["proxychains4", "-q", "-f", CHAIN], client(server)


def firejail():
    """It makes a network namespace, and must therefore be set-user-ID root or run by root."""
    need("firejail")
    return ["firejail", "--quiet", "--noprofile", "--net=eth0", "--ip=203.0.113.9"], None


def pasta():
    need("pasta")
    return ["pasta", "--config-net", "-4", "-o", ADDRESS, "--outbound-if4", "eth0", "--"], None


OTHERS = {"proxychains4": proxychains, "firejail": firejail, "pasta": pasta}


FAILED = {}  # name: why


@contextmanager
def running(name):
    """The words of a launcher; starts what it needs in the background."""
    if name in FAILED:
        raise Missing(FAILED[name])
    launcher, helper = OTHERS[name]()
    with Started(helper, stdout=DEVNULL, stderr=DEVNULL) if helper else nullcontext():
        try:
            if helper:
                wait_for_port("client", "1080")
            output_of(client([*launcher, "true"]), limit=10)
        except Failed as error:
            FAILED[name] = f"{name} does not run here: {error}"
            raise Missing(FAILED[name]) from error
        yield launcher


def starting(name):
    def take(rounds):
        with running(name) as launcher:
            commands = {**OURS, name: launcher}
            return start_up({key: " ".join([*way, "true"]) for key, way in commands.items()}, rounds)
    return take


def connecting(name):
    def take(rounds):
        with running(name) as launcher:
            ways = {**OURS, name: launcher}
            return in_turns({key: words(way, "connect", ROUTER) for key, way in ways.items()}, rounds)
    return take


def flowing(name):
    def take(rounds):
        with running(name) as launcher:
            return flow(ROUTER, {**OURS, name: launcher}, TCP, rounds, turns=1)
    return take


MEASUREMENTS = tuple(
    Measurement(f"{name}: {what}", unit, take(name), (Goal(f"{name}: {what}", name, "ratio", "bare"),))
    for name in OTHERS
    for what, unit, take in (("start-up", "ms", starting), ("connect", "µs", connecting),
                             ("TCP stream", "Gbit/s", flowing))
)
