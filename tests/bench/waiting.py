# SPDX-License-Identifier: MIT
"""Waits on conditions, for ten seconds at most."""
import time

from machine import Failed, in_namespace, output_of


def wait_until(condition, what):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    raise Failed(f"this did not come true: {what}")


def wait_for_port(namespace, port):
    """Waits until something listens there."""
    words = in_namespace(namespace, ["ss", "-Hltn", f"sport = :{port}"])
    wait_until(lambda: output_of(words).strip(), f"a listener on port {port}")
