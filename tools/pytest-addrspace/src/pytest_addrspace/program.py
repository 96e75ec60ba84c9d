"""Finds and runs the program `addrspace`."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence

SECONDS = 60
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
# linux/prctl.h
PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = -1


class ProgramError(Exception):
    """The program is not there, or could not be run to its end."""


class Answer(NamedTuple):
    """What the program said."""

    status: int
    output: str
    error: str


def find() -> str:
    """The program's path: the one that ADDRSPACE names, else the one in PATH."""
    named = os.environ.get("ADDRSPACE")
    path = shutil.which(named or "addrspace")
    if path:
        return path
    if named:
        raise ProgramError(f"ADDRSPACE names {named}, which is no program that can be run.")
    raise ProgramError(
        "there is no addrspace in PATH. Install it, or name it: ADDRSPACE=/path/to/addrspace."
    )


def run(arguments: Sequence[str]) -> Answer:
    """Runs the program to its end."""
    program = find()
    # What is loaded into this process may be of another word size.
    environment = {key: text for key, text in os.environ.items() if key != "LD_PRELOAD"}
    try:
        with readable_by_children():
            done = subprocess.run(
                [program, *arguments], env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS,
                encoding="utf-8", errors="replace",
            )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ProgramError(f"{program} could not be run: {error}.") from error
    return Answer(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def readable_by_children() -> Iterator[None]:
    """Lets this process's memory be read where the kernel allows that to ancestors only."""
    restricted = False
    with contextlib.suppress(OSError):
        restricted = YAMA.read_text().strip() == "1"
    if not restricted:
        yield
        return
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    nothing = ctypes.c_ulong(0)
    prctl(PR_SET_PTRACER, ctypes.c_ulong(PR_SET_PTRACER_ANY), nothing, nothing, nothing)
    try:
        yield
    finally:
        prctl(PR_SET_PTRACER, nothing, nothing, nothing, nothing)
