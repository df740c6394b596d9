# SPDX-License-Identifier: MIT
"""Start-up times by hyperfine. Commands take turns: each runs a dozen times, over and over."""
import json
import re

from figures import Goal, Measurement
from machine import ADDRESS, DEVICE, LIBRARY, USER_DIRECTORY, client, launchers, need, on_processor, output_of

WRITES = "openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat"


def start_up(commands, rounds):
    """commands: for each name the command line. Milliseconds; the first runs of each do not count."""
    need("hyperfine")
    result, taken = f"{USER_DIRECTORY}/hyperfine.json", []
    for _ in range(3 * rounds):
        words = ["hyperfine", "-N", "--warmup", "2", "--runs", "12", "--style", "none"]
        output_of(client(on_processor(0, [*words, "--export-json", result, *commands.values()])))
        with open(result, encoding="utf-8") as file:
            each = json.load(file)["results"]
        taken.append({name: [1000 * time for time in one["times"]] for name, one in zip(commands, each)})
    return taken


def under(*pin):
    ways = {"own": ["env", f"LD_PRELOAD={LIBRARY}"], **launchers(*pin)}
    return lambda rounds: start_up({name: " ".join([*way, "true"]) for name, way in ways.items()}, rounds)


def written(line):
    """The supervisor's standard streams are /dev/null: it writes no file."""
    call, succeeded = re.search(r"(\w+)\(", line), not re.search(r"= -1 |/dev/null", line)
    return call and succeeded and (call[1] != "openat" or "O_WRONLY" in line or "O_RDWR" in line)


def files_written(_rounds):
    """By the second launch."""
    need("strace")
    trace, values = f"{USER_DIRECTORY}/writes", {}
    for name in ("both", "preload"):
        traced = ["strace", "-f", "-qq", "-e", f"trace={WRITES}", "-o", trace, *launchers("-a", ADDRESS)[name]]
        for _ in range(2):
            output_of(client([*traced, "true"]))
        with open(trace, encoding="utf-8", errors="replace") as file:
            values[name] = [sum(1 for line in file if written(line))]
    return [values]


MEASUREMENTS = (
    Measurement("start-up -a", "ms", under("-a", ADDRESS), (
        Goal("start-up of `true`, -a (own: env LD_PRELOAD)", "preload", against="own", limit=1.3),
        Goal("start-up of `true`, -a, against `true` alone", "preload", kind="more", limit=1.5),
        Goal("start-up of `true`, -a, default", "both", kind="more", limit=2.2),
        Goal("start-up of `true`, -a, --strict", "strict", kind="more", limit=3.0))),
    Measurement("start-up -i", "ms", under("-i", DEVICE), (
        Goal("start-up of `true`, -i (own: env LD_PRELOAD)", "preload", against="own", limit=1.3),
        Goal("start-up of `true`, -i, against `true` alone", "preload", kind="more", limit=1.5),
        Goal("start-up of `true`, -i, default", "both", kind="more", limit=2.2),
        Goal("start-up of `true`, -i, --strict", "strict", kind="more", limit=3.0))),
    Measurement("files written", "files", files_written, (
        Goal("files written by the second launch, default", "both", kind="value", limit=0),
        Goal("files written by the second launch", "preload", kind="value", limit=0))),
)
