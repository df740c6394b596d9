# SPDX-License-Identifier: MIT
"""Takes the measurements that `run` asks for, and prints the table and JSON."""
import argparse
import json
import os
import platform
import re
import sys
import time

import calls
import counts
import flow
import growth
import others
import room
import starting
from figures import Row, rows_of
from machine import Failed, Missing
from table import print_curves, print_table

MEASUREMENTS = (*starting.MEASUREMENTS, *calls.MEASUREMENTS, *flow.MEASUREMENTS, *room.MEASUREMENTS,
                *growth.MEASUREMENTS, *counts.MEASUREMENTS, *others.MEASUREMENTS)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", help="the directory for JSON and curves")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def is_asked_for(measurement, only):
    return any(re.search(only, text) for text in (measurement.name, *(goal.what for goal in measurement.goals)))


def take(measurement, rounds):
    try:
        return list(rows_of(measurement, measurement.take(rounds)))
    except (Missing, Failed) as error:
        return [Row(goal.what, measurement.unit, {}, goal, why=str(error)) for goal in measurement.goals]


def draw(only, rounds, directory):
    """Takes each wanted curve, and writes its files."""
    for curve in growth.CURVES:
        if re.search(only, curve.name):
            print(f"{curve.name} ...", file=sys.stderr)
            try:
                points = curve.take(rounds)
                yield {"name": curve.name, "label": curve.label, "unit": curve.unit, "points": points,
                       "files": curve.write(directory, points)}
            except (Missing, Failed) as error:
                yield {"name": curve.name, "missing": str(error)}


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return {"processors": os.cpu_count(), "processor": model[1] if model else platform.machine(),
            "kernel": platform.release(), "date": time.strftime("%Y-%m-%d")}


def list_all():
    """Prints what can be measured: the name, each row, and its target."""
    for measurement in MEASUREMENTS:
        for goal in measurement.goals:
            print(measurement.name, goal.what, goal.text(measurement.unit), sep="\t")
    for curve in growth.CURVES:
        print(curve.name)


def main():
    options = arguments()
    if options.list:
        list_all()
        return
    rows = []
    for measurement in MEASUREMENTS:
        if is_asked_for(measurement, options.only):
            print(f"{measurement.name} ...", file=sys.stderr)
            rows += take(measurement, options.rounds)
    curves = list(draw(options.only, options.rounds, options.results))
    if not rows and not curves:
        sys.exit(f"tests/bench/run: nothing to measure matches '{options.only}'")
    if rows:
        print_table(rows, machine())
    print_curves(curves)
    result = {"machine": machine(), "rounds": options.rounds,
              "rows": [row.as_json() for row in rows], "curves": curves}
    with open(f"{options.results}/json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
        print(file=file)


main()
