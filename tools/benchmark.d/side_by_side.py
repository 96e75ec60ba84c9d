"""Runs commands in turn, A B A B, or one alone, and prints a row of raw.csv for every run and figure.

side_by_side.py PART CASE PAIRS NAME_A COMMAND_A [NAME_B COMMAND_B]

The output of the commands goes to /dev/null. Wall time is by the monotonic clock around start and
end, CPU time (user and system) is what the kernel counted for the child and its own; both are in
milliseconds.
"""

import os
import shlex
import sys
import time

# What takes seconds is warm after one.
WARM_UP = {"commands": 3, "files": 1, "record": 1, "simulate": 1}


def run(command: list[str]) -> tuple[float, float]:
    """Wall and CPU milliseconds of one run."""
    silence = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1)]
    start = time.perf_counter_ns()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter_ns() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"side_by_side.py: status {code} of: {shlex.join(command)}")
    return wall / 1e6, (usage.ru_utime + usage.ru_stime) * 1e3


def main() -> None:
    part, case, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    subjects = [
        (name, shlex.split(command)) for name, command in zip(sys.argv[4::2], sys.argv[5::2])
    ]
    for number in range(1 - WARM_UP[part], pairs + 1):
        for name, command in subjects:
            wall, cpu = run(command)
            if number > 0:
                print(f"{part},{case},{name},wall,{number},{wall:.3f}")
                print(f"{part},{case},{name},cpu,{number},{cpu:.3f}")


main()
