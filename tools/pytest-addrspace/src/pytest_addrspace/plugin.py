"""The hooks: what is asked before and after each test."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Generator, List, Optional, Tuple

import pytest

from . import program
from .demands import DESCRIPTIONS, Demands, demands_of, is_marked
from .space import AddressSpace, CouldNotMeasure, Seen
from .summary import Summary


class Watch:
    """What is asked and seen of a test."""

    def __init__(self) -> None:
        self.demands: Optional[Demands] = None
        self.baseline: Optional[str] = None
        self.least: Optional[int] = None
        self.before: Optional[Seen] = None
        self.after: Optional[Seen] = None
        self.space = AddressSpace(saw=self.saw)

    def saw(self, seen: Seen) -> None:
        self.least = seen.largest if self.least is None else min(self.least, seen.largest)

    @property
    def told(self) -> Optional[List[int]]:
        """The least room, and how much the test took; None where nothing was seen."""
        if self.least is None:
            return None
        taken = self.before.all - self.after.all if self.before and self.after else 0
        return [self.least, taken]

    def begin(self, demands: Demands) -> None:
        if demands.compares:
            handle, self.baseline = tempfile.mkstemp(prefix="addrspace-", suffix=".maps")
            os.close(handle)
            self.space.capture(self.baseline)
        self.before = self.space.verdict([]).seen

    def check(self, demands: Demands) -> None:
        """Ends the test where what is asked does not hold."""
        options = ["--policy", demands.policy] if demands.policy else []
        if self.baseline:
            options += ["--baseline", self.baseline]
        verdict = self.space.verdict(demands.rules, options)
        self.after = verdict.seen
        verdict.demand(pytrace=False)

    def end(self) -> None:
        if self.baseline:
            os.unlink(self.baseline)
            self.baseline = None


_WATCH = pytest.StashKey[Watch]()


def _watch(item: pytest.Item) -> Watch:
    if _WATCH not in item.stash:
        item.stash[_WATCH] = Watch()
    return item.stash[_WATCH]


def _missing() -> Optional[str]:
    """Why nothing can be asked, None where the program is there."""
    try:
        program.find()
    except program.ProgramError as error:
        return f"addrspace: {error}"
    return None


def _skips_missing(config: pytest.Config) -> bool:
    return bool(config.getini("addrspace_missing") == "skip")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "addrspace_require", "rules that have to hold after every test, one a line",
        type="linelist", default=[],
    )
    parser.addini(
        "addrspace_policy", "a file of rules that have to hold after every test", default="",
    )
    parser.addini(
        "addrspace_missing",
        "what becomes of tests that need addrspace where it is missing: fail or skip",
        default="fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    for description in DESCRIPTIONS:
        config.addinivalue_line("markers", description)
    choice = config.getini("addrspace_missing")
    if choice not in ("fail", "skip"):
        raise pytest.UsageError(f"addrspace_missing is fail or skip, not {choice}")
    config.pluginmanager.register(Before(), "addrspace-before")
    config.pluginmanager.register(After(), "addrspace-after")
    session = config.getini("addrspace_require") or config.getini("addrspace_policy")
    missing = _missing() if session and choice == "skip" else None
    config.pluginmanager.register(Summary(missing), "addrspace-summary")


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    if not _skips_missing(config):
        return
    why = _missing()
    if why:
        for item in filter(is_marked, items):
            item.add_marker(pytest.mark.skip(reason=why))


class Before:
    """What is done before a test's own code."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        demands = demands_of(item)
        if not demands:
            return
        why = _missing()
        if why and not _skips_missing(item.config):
            pytest.fail(why, pytrace=False)
        if not why:
            _watch(item).demands = demands

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        watch = _watch(item)
        if watch.demands:
            watch.begin(watch.demands)


class After:
    """What is done after a test's own code, where that did not fail."""

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        watch = _watch(item)
        if watch.demands:
            watch.check(watch.demands)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, Any, None]:
    report = (yield).get_result()
    if call.excinfo is not None and isinstance(call.excinfo.value, CouldNotMeasure):
        report.addrspace_unknown = True
    watch = item.stash.get(_WATCH, None)
    if watch is not None and call.when == "call":
        report.addrspace_seen = watch.told
        watch.end()


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> Optional[Tuple[str, str, str]]:
    if report.when == "call" and report.failed and getattr(report, "addrspace_unknown", False):
        return "error", "E", "ERROR"
    return None


@pytest.fixture
def addrspace(request: pytest.FixtureRequest) -> AddressSpace:
    """The room of this process, to ask in the middle of a test."""
    why = _missing()
    if why and _skips_missing(request.config):
        pytest.skip(why)
    if why:
        pytest.fail(why, pytrace=False)
    return _watch(request.node).space
