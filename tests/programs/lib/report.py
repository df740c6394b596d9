# SPDX-License-Identifier: MIT
"""Reports results: a file for each cell, a row for each entry, and a table of all.

usage: report.py cell RESULT REASON_FILE      (standard input: what verdict.py says) prints JSON
       report.py heading | row RESULTS NAME | json|markdown|count RESULTS NAME...
"""
import datetime
import json
import os
import platform
import sys

CELLS = ("both-i", "both-a", "supervise-i", "supervise-a", "preload-i", "preload-a", "bare-i", "bare-a")
TITLES = {"both-i": "-i", "both-a": "-a", "supervise-i": "--strict -i", "supervise-a": "--strict -a",
          "preload-i": "--engine preload -i", "preload-a": "--engine preload -a",
          "bare-i": "bare (-i)", "bare-a": "bare (-a)"}
COLUMNS = 6
ROW = "%-18s %-14s" + " %-16s" * COLUMNS + " %s"


def cell(result, reason_file):
    seen = json.load(sys.stdin)
    with open(reason_file, encoding="utf-8", errors="replace") as lines:
        reason = " ".join(lines.read().split())[:200]
    if seen.get("lost"):
        result, reason = "fail", "the capture lost packets"
    # A leak counts most. Otherwise, whether the job was done counts more than why it was not.
    if seen.get("leak"):
        result = "leak"
    json.dump({"result": result, "reason": "" if result == "ok" else reason, **seen}, sys.stdout)


def read(results, name):
    with open(os.path.join(results, name + ".about"), encoding="utf-8") as line:
        category, version, text, packages = line.read().rstrip("\n").split("\t")
    cells = {}
    for key in CELLS:
        path = os.path.join(results, "%s.%s" % (name, key))
        if os.path.exists(path):
            with open(path, encoding="utf-8") as data:
                cells[key] = json.load(data)
    return {"name": name, "category": category, "version": version, "job": text,
            "packages": packages.split(), "cells": cells, "result": result_of(cells)}


def result_of(cells):
    results = {c["result"] for c in cells.values()}
    if not results or results & {"fail", "leak"}:
        return "failed"
    return "passed" if "ok" in results else "skipped"


def words(c):
    """A cell in few words."""
    notes = ["dns %d" % c["dns"]] if c.get("dns") else []
    notes += ["kernel %d" % sum(n for kind, n in c["kernel"].items() if kind == "tcp")] \
        if c.get("kernel", {}).get("tcp") else []
    if c["result"] == "ok":
        return "ok" + (" (%s)" % ", ".join(notes) if notes else "")
    if c["result"] == "leak":
        return "leak %d" % c["leak"] + (", and " + c["reason"] if c["reason"] else "")
    return {"na": "n/a", "skip": "skipped", "fail": "failed"}[c["result"]] + ": " + c["reason"]


def row(results, name):
    if not os.path.exists(os.path.join(results, name + ".about")):
        print("%-18s failed: it said nothing about itself" % name, flush=True)
        return
    entry = read(results, name)
    shown = [words(c)[:40] for c in entry["cells"].values()]
    shown += [""] * (COLUMNS - len(shown))
    print(ROW % (name, entry["version"][:14], *shown, entry["job"]), flush=True)


def read_all(results, names):
    return [read(results, n) for n in names if os.path.exists(os.path.join(results, n + ".about"))]


def as_json(results, names):
    json.dump({"date": datetime.date.today().isoformat(), "system": distribution(), "kernel": platform.release(),
               "programs": read_all(results, names)}, sys.stdout, indent=1)
    print()


def distribution():
    said = platform.freedesktop_os_release()
    return "%s %s" % (said.get("ID", "?").capitalize(), said.get("VERSION_ID", "?"))


def as_markdown(results, names):
    entries = read_all(results, names)
    keys = [k for k in CELLS if any(k in e["cells"] for e in entries)]
    notes = []
    print("%s, %s, Linux %s:\n" % (datetime.date.today().isoformat(), distribution(), platform.release().split("-")[0]))
    print("| program | version | its job | " + " | ".join("`%s`" % TITLES[k] for k in keys) + " |")
    print("| --- | --- | --- |" + " --- |" * len(keys))
    for entry in entries:
        cells = [in_table(entry["cells"][k], notes) if k in entry["cells"] else "" for k in keys]
        print("| %s | %s | %s | %s |" % (entry["name"], entry["version"], entry["job"], " | ".join(cells)))
    print()
    for number, note in enumerate(notes, 1):
        print("%d. %s" % (number, note[0].upper() + note[1:]))


def in_table(c, notes):
    if c["result"] == "ok" or not c["reason"]:
        return words(c)
    if c["reason"] not in notes:
        notes.append(c["reason"])
    word = words(c).split(":")[0].split(",")[0]
    return "%s [%d]" % (word, notes.index(c["reason"]) + 1)


def count(results, names):
    entries = read_all(results, names)
    missing = len(names) - len(entries)
    number = {r: sum(e["result"] == r for e in entries) for r in ("passed", "failed", "skipped")}
    number["failed"] += missing + os.path.exists(os.path.join(results, "left-running"))
    if os.environ.get("BINDTO_TESTS_MUST_RUN"):
        lacking = sum(any(c["result"] == "skip" for c in e["cells"].values()) for e in entries)
        number["failed"] += lacking
        number["skipped"] -= lacking
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % number)
    return 1 if number["failed"] or not names else 0


def main(what, *arguments):
    if what == "cell":
        cell(*arguments)
    elif what == "heading":
        titles = [TITLES[key] for key in CELLS[:COLUMNS]]
        print(ROW % ("program", "version", *titles, "its job"), flush=True)
    elif what == "row":
        row(*arguments)
    elif what == "count":
        sys.exit(count(arguments[0], arguments[1:]))
    else:
        {"json": as_json, "markdown": as_markdown}[what](arguments[0], arguments[1:])


if __name__ == "__main__":
    main(*sys.argv[1:])
