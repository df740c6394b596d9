# SPDX-License-Identifier: MIT
"""Throughput, by iperf3: short transfers that take turns."""
import json
from subprocess import DEVNULL

from figures import ENGINES, NAMES, Goal, Measurement
from machine import (ADDRESS, DEVICE_ROUTER, DEVICE, ROUTER, Failed, Started, client, in_namespace, launchers,
                     need, on_processor, output_of)
from waiting import wait_for_port

PORT = "5201"
TCP, UDP = ("-n", "250M"), ("-u", "-b", "0", "-l", "1024", "-n", "60M")


def sent(result):
    """Gbit/s. A transfer that was cut off has no sum."""
    total = result["end"].get("sum_sent") or result["end"].get("sum")
    if not total:
        raise Failed(f"iperf3: {result.get('error', 'it was cut off')}")
    return total["bits_per_second"] / 1e9


def flow(peer, ways, options, rounds, turns=5):
    """Gbit/s, as the sender sees them."""
    need("iperf3")
    taken = []
    with Started(in_namespace("router", on_processor(1, ["iperf3", "-s", "-p", PORT])), stdout=DEVNULL,
                 stderr=DEVNULL):
        wait_for_port("router", PORT)
        for turn in range(turns * rounds):
            values, names = {}, list(ways)
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                words = [*ways[name], "iperf3", "-c", peer, "-p", PORT, "-J", *options]
                values[name] = [sent(json.loads(output_of(client(on_processor(0, words)))))]
            taken.append(values)
    return taken


def with_address(options):
    return lambda rounds: flow(ROUTER, launchers("-a", ADDRESS), options, rounds)


def with_interface(options):
    return lambda rounds: flow(DEVICE_ROUTER, launchers("-i", DEVICE), options, rounds)


def not_slower(what):
    return tuple(Goal(f"{what}, {NAMES[of]}", of, limit=0.99, at_least=True) for of in ENGINES)


MEASUREMENTS = (
    Measurement("TCP stream", "Gbit/s", with_address(TCP), not_slower("one TCP stream, -a")),
    Measurement("TCP stream -i", "Gbit/s", with_interface(TCP), not_slower("one TCP stream, -i")),
    Measurement("UDP stream", "Gbit/s", with_address(UDP), not_slower("UDP of 1 KiB, -a")),
)
