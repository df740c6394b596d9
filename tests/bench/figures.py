# SPDX-License-Identifier: MIT
"""Measurements, their targets, and the verdict.

A measurement gives rounds. A round has a list of values for every variant (bare, own, both, preload, strict). The
variants took turns, so that the n-th values of two variants belong together.
"""
from dataclasses import dataclass, field
from statistics import median
from typing import Callable

ENGINES = ("both", "preload", "strict")
VARIANTS = ("bare", "own", *ENGINES)
# What rows and columns call them.
NAMES = {"bare": "bare", "own": "own bind", "filter": "open filter", "gate": "filter that looks",
         "both": "default", "preload": "library",
         "strict": "--strict"}


@dataclass(frozen=True)
class Goal:
    """A target: of / against, of - against, or of alone is at most (or at least) limit."""

    what: str
    of: str
    kind: str = "ratio"  # ratio, more, value
    against: str = "bare"
    limit: float = None  # None: the figure is shown and has no target
    at_least: bool = False
    digits: int = 2

    def of_pair(self, one, other):
        if self.kind == "ratio":
            return one / other
        return one - other if self.kind == "more" else one

    def of_round(self, values):
        own = values[self.of]
        others = values[self.against] if self.kind in ("ratio", "more") else own
        return median(self.of_pair(one, other) for one, other in zip(own, others))

    def is_met(self, figure):
        if self.limit is None:
            return None
        rounded = round(figure, self.digits)
        return rounded >= self.limit if self.at_least else rounded <= self.limit

    def text(self, unit):
        if self.limit is None:
            return ""
        number = f"{'≥' if self.at_least else '≤'} {self.limit:g}"
        if self.kind == "ratio":
            return f"{number} × {NAMES.get(self.against, self.against)}"
        return f"{number} {unit}{' more' if self.kind == 'more' else ''}"


@dataclass(frozen=True)
class Measurement:
    name: str
    unit: str
    take: Callable  # of the number of rounds
    goals: tuple
    note: str = ""


@dataclass
class Row:
    what: str
    unit: str
    figures: dict  # the median of each variant
    goal: Goal
    figure: float = 0.0
    spread: tuple = (0.0, 0.0)  # the figure's lowest and highest over the rounds
    met: bool = None
    why: str = ""  # why it could not be measured

    def as_json(self):
        if self.why:
            return {"what": self.what, "missing": self.why}
        return {"what": self.what, "unit": self.unit, "figures": self.figures,
                "compares": self.goal.kind, "of": self.goal.of, "against": self.goal.against,
                "figure": self.figure, "lowest": self.spread[0], "highest": self.spread[1],
                "target": self.goal.text(self.unit), "met": self.met}


def rows_of(measurement, rounds):
    """A row for each goal of a measurement that was taken."""
    variants = rounds[0].keys()
    figures = {name: median(value for values in rounds for value in values[name])
               for name in variants}
    for goal in measurement.goals:
        each = [goal.of_round(values) for values in rounds]
        figure = median(each)
        yield Row(goal.what, measurement.unit, figures, goal, figure, (min(each), max(each)),
                  goal.is_met(figure))
