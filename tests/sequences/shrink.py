# SPDX-License-Identifier: MIT
"""Makes a sequence shorter as long as it still shows the same."""


def is_within(short, sequence):
    """Are the steps of the first sequence among those of the second, in order?"""
    steps = iter(sequence.split("; "))
    return all(step in steps for step in short.split("; "))


def shrink(sequence, shows):
    """Removes steps as long as `shows` says that the rest still shows it, and returns the rest."""
    alone = second_alone(sequence)
    if alone and shows(alone):
        sequence = alone
    steps = sequence.split("; ")
    again = True
    while again:
        again = False
        for at in reversed(range(len(steps))):
            fewer = steps[:at] + steps[at + 1:]
            if fewer and shows("; ".join(fewer)):
                steps, again = fewer, True
    for at, step in enumerate(steps):
        for simpler in simpler_steps(step):
            tried = steps[:at] + [simpler] + steps[at + 1:]
            if shows("; ".join(tried)):
                steps = tried
                break
    return "; ".join(steps)


def second_alone(sequence):
    """The steps of socket 1 as if they were of socket 0; empty if there is no socket 1."""
    steps = sequence.split("; ")
    made = [s for s in steps if s.startswith("s ")]
    if len(made) < 2:
        return ""
    return "; ".join([made[1]] + [s.replace(".1", "", 1) for s in steps if ".1" in s.split()[0]])


def simpler_steps(step):
    """The step in simpler forms: without the words behind its address, or with the usual port or peer."""
    words = step.split()
    call = words[0].split(".")[0]
    if call in ("st", "sm", "mm") and len(words) > 3:
        yield " ".join(words[:3])
    if call in ("st", "sm", "mm", "c") and len(words) > 2 and words[2] != "7200":
        yield " ".join(words[:2] + ["7200"] + words[3:])
    if call == "b" and len(words) > 2 and words[2] != "0":
        yield " ".join(words[:2] + ["0"])
