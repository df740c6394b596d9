# SPDX-License-Identifier: MIT
"""The table, in Markdown, as it stands in RESULTS.md."""
from figures import NAMES, VARIANTS

HEADS = ("what", "unit", *(NAMES[name] for name in VARIANTS), "figure", "target", "met")


def number(value):
    if value is None:
        return ""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 100 else f"{value:.2f}"


def cells(row, notes):
    """A row's cells. The reason why a figure is missing becomes a note below the table if it is long."""
    if row.why:
        if row.why not in notes:
            notes.append(row.why)
        blank = [""] * (len(VARIANTS) + 2)
        return (row.what, *blank, row.goal.text(row.unit), f"not measured [{notes.index(row.why) + 1}]")
    figure = {"ratio": f"{row.figure:.3f} ×", "more": f"{row.figure:+.2f}"}.get(row.goal.kind, number(row.figure))
    met = {True: "yes", False: "**no**", None: ""}[row.met]
    return (row.what, row.unit, *(number(row.figures.get(name)) for name in VARIANTS), figure,
            row.goal.text(row.unit), met)


def print_table(rows, machine):
    notes = []
    lines = [HEADS, *(cells(row, notes) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADS))]
    lines.insert(1, tuple("-" * width for width in widths))
    print(f"{machine['processor']}, {machine['processors']} processors, Linux {machine['kernel']}, "
          f"{machine['date']}\n")
    for line in lines:
        print("|", " | ".join(cell.ljust(width) for cell, width in zip(line, widths)), "|")
    for index, note in enumerate(notes):
        print(f"\n[{index + 1}] {note}", end="")
    print()


def print_curves(curves):
    for curve in curves:
        print(f"\n{curve['name']}:", curve.get("missing", curve.get("unit")))
        for x, values in curve.get("points", {}).items():
            print(f"  {x:>5} {curve['label']}:", ", ".join(f"{name} {number(y)}" for name, y in values.items()))
