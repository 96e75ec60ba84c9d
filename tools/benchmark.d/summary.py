"""Writes what raw.csv comes to: summary.py RAW FACTS. Status 1 where a requirement is missed.

FACTS has lines "NAME: TEXT" on the machine and what was measured; they are copied as they are.
"""

import csv
import math
import statistics
import sys
from collections import defaultdict

INSPECT, PMAP, CHECK = "addrspace inspect", "pmap", "addrspace check"
OURS, THEIRS = "addrspace", "procmaps"
TOGETHER = ("pins", "forecast", "plan")
# What a large file may take, in ms.
FILES = {
    "core": ("an ELF core of 2 GiB, by its headers", 100),
    "minidump": ("a minidump of 100,000 regions", 200),
    "windbg": ("100 MB of !address, a million rows", 5000),
    "strace": ("100 MB of strace, a million calls", 5000),
}
RECORD, STRACE, STRACE_K = "addrspace record", "strace", "strace -k"


class Figures:
    """The runs of raw.csv, by part, case, subject and metric."""

    def __init__(self, path: str) -> None:
        self.runs: dict[tuple[str, str, str, str], list[float]] = defaultdict(list)
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = (row["part"], row["case"], row["subject"], row["metric"])
                self.runs[key].append(float(row["value"]))

    def cases(self, part: str) -> list[str]:
        return list(dict.fromkeys(key[1] for key in self.runs if key[0] == part))

    def subjects(self, part: str, case: str) -> list[str]:
        return list(dict.fromkeys(key[2] for key in self.runs if key[:2] == (part, case)))

    def median(self, part: str, case: str, subject: str, metric: str = "wall") -> float:
        runs = self.runs.get((part, case, subject, metric))
        return statistics.median(runs) if runs else math.nan


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows]]
    return "\n".join(lines)


def number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def of_its_time(what: str, ratio: float, most: float) -> tuple[str, str, bool]:
    return what, f"{ratio:.2f} of its time", ratio <= most


def record_requirements(figures: Figures) -> list[tuple[str, str, bool]]:
    def median(case: str, subject: str, metric: str = "wall") -> float:
        return figures.median("record", case, subject, metric)

    found = []
    peaks = []
    for case in figures.cases("record"):
        subjects = figures.subjects("record", case)
        if STRACE in subjects:
            ratio = median(case, RECORD) / median(case, STRACE)
            found.append(of_its_time(
                f"recording takes 1.3 times as long as strace at most: {case}", ratio, 1.3))
        elif STRACE_K in subjects:
            events = [median(case, name) / median(case, name, "events")
                      for name in (RECORD, STRACE_K)]
            measured = f"{events[1] / events[0]:.0f} times: {events[0] * 1e3:.1f} us an event"
            found.append(("recording is 30 times as fast as strace -k at least, by the event",
                          measured, events[1] / events[0] >= 30))
        elif "alone" in subjects:
            ratio = median(case, "recorded") / median(case, "alone")
            found.append(of_its_time(
                f"a recorded program takes 1.1 times as long as alone at most: {case}",
                ratio, 1.1))
        elif case == "memory":
            peaks = [(name, median(case, name, "peak-kib")) for name in subjects]
        elif "recording" in subjects:
            size = median(case, "recording", "bytes") / median(case, "recording", "events")
            found.append((f"a recording takes 40 bytes an event at most: {case}",
                          f"{size:.1f} bytes", size <= 40))
        elif "report" in subjects:
            taken = median(case, "report")
            found.append((f"report takes under 2 s: {case}", f"{number(taken / 1e3)} s",
                          taken < 2000))
    if len(peaks) == 2:
        (few, low), (many, high) = peaks
        found.append(("the recorder's memory does not grow with the events, 1.2 times at most",
                      f"{low / 1024:.1f} MiB for {few}, {high / 1024:.1f} MiB for {many}",
                      high <= 1.2 * low))
    return found


def place_requirements(figures: Figures) -> list[tuple[str, str, bool]]:
    found = []
    few, many = 1000, 60000
    for layout in ("linux-i386-4g", "windows-4g") if figures.cases("place") else ():
        low, high = (figures.median("place", str(size), layout) for size in (few, many))
        found.append((f"a million placements a second among {few:,} regions: {layout}",
                      f"{1000 / low:.1f} million", low <= 1000))
        law = math.log(many) / math.log(few)
        found.append((f"a placement among {many:,} takes log n of that among {few:,}: {layout}",
                      f"{high / low:.2f} times, log n {law:.2f}", high / low <= law))
    return found


def times(part: str, figures: Figures) -> str:
    rows = []
    for case in figures.cases(part):
        for subject in figures.subjects(part, case):
            for metric in ("wall", "cpu"):
                runs = figures.runs.get((part, case, subject, metric))
                if not runs:
                    continue
                quarters = statistics.quantiles(runs, n=4) if len(runs) > 1 else runs * 3
                spread = [min(runs), quarters[0], statistics.median(runs), quarters[2], max(runs)]
                rows.append([case, subject, metric, str(len(runs)), *map(number, spread)])
    heads = ["case", "subject", "ms of", "runs", "least", "quarter", "median", "3 quarters", "most"]
    return table(heads, rows)


def growth(figures: Figures) -> str:
    sizes = sorted({int(case) for case in figures.cases("growth")})
    names = figures.subjects("growth", str(sizes[0]))
    pairs = list(zip(sizes, sizes[1:]))
    rows = []
    for name in names:
        medians = {size: figures.median("growth", str(size), name) for size in sizes}
        ratios = [medians[high] / medians[low] for low, high in pairs]
        rows.append([name, *map(number, medians.values()), *map(number, ratios)])
    law = [high * math.log(high) / (low * math.log(low)) for low, high in pairs]
    rows.append(["n log n", *[""] * len(sizes), *map(number, law)])
    heads = [f"{size:,}" for size in sizes] + [f"{high:,} / {low:,}" for low, high in pairs]
    return table(["ms", *heads], rows)


def requirements(figures: Figures) -> list[tuple[str, str, bool]]:
    """What is required, what was measured, and whether that will do."""
    found = []
    for case in figures.cases("commands"):
        if case == "start":
            start = figures.median("commands", case, "addrspace --version")
            found.append(("the binary starts in under 5 ms", f"{number(start)} ms", start < 5))
            continue
        if CHECK in figures.subjects("commands", case):
            taken = figures.median("commands", case, CHECK)
            found.append((f"{case}, in under 20 ms", f"{number(taken)} ms", taken < 20))
            continue
        ours = figures.median("commands", case, INSPECT)
        ratio = ours / figures.median("commands", case, PMAP)
        found.append(
            (f"inspect takes no longer than pmap: {case}", f"{ratio:.2f} of its time", ratio <= 1))
    for case in figures.cases("parse"):
        ratio = figures.median("parse", case, OURS) / figures.median("parse", case, THEIRS)
        found.append(
            (f"parsing takes a third of procmaps's time at most: {case}",
             f"{ratio:.2f} of its time", ratio <= 1 / 3))
    for case in figures.cases("files"):
        what, most = FILES[case]
        taken = figures.median("files", case, INSPECT)
        found.append(
            (f"{what}, in under {number(most)} ms", f"{number(taken)} ms", taken < most))
    if figures.cases("growth"):
        million = sum(figures.median("growth", "1000000", name) for name in TOGETHER)
        found.append(
            ("pins, forecast and clearing plan of 1,000,000 regions together in under 2 s",
             f"{number(million / 1e3)} s", million < 2000))
    if figures.cases("simulate"):
        taken = figures.median("simulate", "photo-organizer", "addrspace simulate")
        found.append(("1,000 launches of photo-organizer in under 5 s",
                      f"{number(taken / 1e3)} s", taken < 5000))
    return found + place_requirements(figures) + record_requirements(figures)


def main() -> None:
    figures = Figures(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        facts = [line.rstrip("\n") for line in file]
    found = requirements(figures)
    rows = [[what, measured, "yes" if met else "NO"] for what, measured, met in found]
    print("# What tools/benchmark measured\n")
    print("\n".join(f"- {fact}" for fact in facts))
    print("\nEvery run's figure is in raw.csv; here are medians of wall time, in milliseconds.")
    print("\n## Required\n")
    print(table(["requirement", "measured", "met"], rows))
    if figures.cases("commands"):
        print("\n## Whole commands, in turn\n\n" + times("commands", figures))
    if figures.cases("parse"):
        print("\n## Parsing the saved text of the same, in process, batches in turn\n")
        print(times("parse", figures))
    if figures.cases("files"):
        print("\n## Large saved files\n\n" + times("files", figures))
    if figures.cases("growth"):
        print("\n## Growth with the number of regions\n\n" + growth(figures))
    if figures.cases("place"):
        print("\n## A million placements among so many regions; a copy of such a space\n")
        print(times("place", figures))
    if figures.cases("simulate"):
        print("\n## Simulated launches\n\n" + times("simulate", figures))
    if figures.cases("record"):
        print("\n## Recording, and reading recordings, in turn\n\n" + times("record", figures))
    sys.exit(0 if all(met for _, _, met in found) else 1)


main()
