"""What is said at the end of a run."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import pytest


class Place(NamedTuple):
    """Bytes, and the test that they were seen in."""

    size: int
    test: str


class Summary:
    """The least room that was seen, and which test took most."""

    def __init__(self, missing: Optional[str] = None) -> None:
        """`missing` says why the session's rules are not checked."""
        self._missing = missing
        self._least: Optional[Place] = None
        self._most: Optional[Place] = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        # Under xdist it comes with the report, from the process that ran the test.
        seen = getattr(report, "addrspace_seen", None)
        if seen is None:
            return
        least, taken = (Place(size, report.nodeid) for size in seen)
        if self._least is None or least.size < self._least.size:
            self._least = least
        if taken.size > (self._most.size if self._most else 0):
            self._most = taken

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not (self._missing or self._least):
            return
        terminalreporter.section("address space")
        if self._missing:
            terminalreporter.line(f"The session's rules were not checked. {self._missing}")
        if self._least:
            size = size_text(self._least.size)
            terminalreporter.line(f"least room  {size} in one piece, in {self._least.test}")
        if self._most:
            size = size_text(self._most.size)
            terminalreporter.line(f"took most   {size}, by {self._most.test}")


def size_text(size: int) -> str:
    """A few digits and a binary unit, as the program writes them."""
    if size < 1024:
        return f"{size} B"
    for power, digits, unit in ((1, 1, "KiB"), (2, 1, "MiB"), (3, 2, "GiB"), (4, 2, "TiB")):
        text = f"{size / 1024 ** power:.{digits}f}"
        if float(text) < 1024 or unit == "TiB":
            break
    whole, _, fraction = text.partition(".")
    return f"{whole if int(fraction) == 0 else text} {unit}"
