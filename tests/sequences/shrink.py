# SPDX-License-Identifier: MIT
"""Makes a sequence that shows something shorter, as long as it still shows it."""


def is_within(short, sequence):
    """Are the steps of the one among those of the other, in order?"""
    steps = iter(sequence.split("; "))
    return all(step in steps for step in short.split("; "))


def shrink(sequence, shows):
    """The shortest sequence that removing steps leads to; `shows` tells whether one still does."""
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
    """The steps of socket 1 as those of socket 0; empty when there is no such socket."""
    steps = sequence.split("; ")
    made = [s for s in steps if s.startswith("s ")]
    if len(made) < 2:
        return ""
    return "; ".join([made[1]] + [s.replace(".1", "", 1) for s in steps if ".1" in s.split()[0]])


def simpler_steps(step):
    """The step by plainer words: without what follows its address, with the usual port or peer."""
    words = step.split()
    call = words[0].split(".")[0]
    if call in ("st", "sm", "mm") and len(words) > 3:
        yield " ".join(words[:3])
    if call in ("st", "sm", "mm", "c") and len(words) > 2 and words[2] != "7200":
        yield " ".join(words[:2] + ["7200"] + words[3:])
    if call == "b" and len(words) > 2 and words[2] != "0":
        yield " ".join(words[:2] + ["0"])
