"""What ParseTimes does, by the Rust parser behind PyPI's procmaps: parse_times.py FILE RUNS."""

import gc
import sys
import time

import procmaps


def main() -> None:
    path, runs = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    gc.disable()
    for _ in range(runs):
        start = time.perf_counter_ns()
        maps = procmaps.from_str(text)
        took = time.perf_counter_ns() - start
        print(len(maps), took)
        # Given up between two measurements.
        maps = None


main()
