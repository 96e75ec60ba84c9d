"""Asks `addrspace check` of a process or a file."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

import pytest

from . import program

MOST_LINES = 20
# These hold wherever there is room at all: they are asked for what they measure.
ANY_ROOM = ("largest-free >= 1", "free >= 1")


# Ends a test as pytest.fail does.
Failed: Any = pytest.fail.Exception


class CouldNotMeasure(Failed):  # type: ignore[misc]
    """A rule is neither held nor broken: this is an error of the test, not a failure."""


class Seen(NamedTuple):
    """What was free at a moment, in bytes."""

    largest: int
    all: int


class Verdict(NamedTuple):
    """What came of some rules; `held` is None where that could not be measured."""

    held: Optional[bool]
    text: str
    seen: Optional[Seen] = None

    def demand(self, pytrace: bool) -> None:
        """Raises what pytest shows where the rules are not held."""
        __tracebackhide__ = True
        if self.held is None:
            raise CouldNotMeasure(self.text, pytrace)
        if not self.held:
            raise Failed(self.text, pytrace)


class AddressSpace:
    """The address space of a process or of a saved file."""

    def __init__(
        self,
        target: Union[int, str, "os.PathLike[str]", None] = None,
        saw: Callable[[Seen], None] = lambda seen: None,
    ) -> None:
        """Of this process where no target is given; `saw` is told what is free at each look."""
        self._target = target
        self._saw = saw

    def of(self, target: Union[int, str, "os.PathLike[str]"]) -> AddressSpace:
        """That of another process by its id, of a saved file, or of any other TARGET."""
        return AddressSpace(target)

    def largest_free(self) -> int:
        """The bytes of the largest contiguous free span."""
        __tracebackhide__ = True
        return self._measure(ANY_ROOM[0])

    def fits(self, buffer: str, by: Optional[str] = None) -> int:
        """How many more of a buffer fit, at least; asked of an allocator where `by` names one."""
        __tracebackhide__ = True
        return self._measure(fits_rule(buffer, by=by))

    def check(self, *rules: str, policy: Union[str, "os.PathLike[str]", None] = None) -> None:
        """Fails the test where a rule, or one of a policy's file, does not hold now."""
        __tracebackhide__ = True
        if not rules and policy is None:
            raise TypeError("check() needs a rule or a policy")
        options = ["--policy", os.fspath(policy)] if policy is not None else []
        self.verdict(rules, options).demand(pytrace=True)

    def verdict(self, rules: Sequence[str], options: Sequence[str] = ()) -> Verdict:
        """What comes of some rules now; `options` are those of the command line."""
        arguments = [*options, *_require(rules)]
        try:
            answer, results, seen = self._ask(arguments)
            if results is None:
                return Verdict(None, _complaint(answer))
            held = _held([result["held"] for result in results])
            if held:
                return Verdict(True, "", seen)
            # The same in words. What other threads do meanwhile could change it.
            words = program.run(["check", self._word(), *arguments, "--color", "never"])
        except program.ProgramError as error:
            return Verdict(None, f"addrspace: {error}")
        text = words.output
        if words.status != (69 if held is None else 1):
            text = "".join(
                result["message"] + "\n" for result in results if not result["held"]
            )
        elif held is None:
            text += words.error
        return Verdict(held, _cut(text), seen)

    def capture(self, path: str) -> None:
        """Saves it to a file, to compare with later."""
        try:
            answer = program.run(["capture", self._word(), "-o", path])
        except program.ProgramError as error:
            raise CouldNotMeasure(f"addrspace: {error}", pytrace=False) from None
        if answer.status != 0:
            raise CouldNotMeasure(_complaint(answer), pytrace=False)

    def _measure(self, rule: str) -> int:
        __tracebackhide__ = True
        try:
            answer, results, _ = self._ask(_require([rule]))
        except program.ProgramError as error:
            raise CouldNotMeasure(f"addrspace: {error}") from None
        if results is None:
            raise CouldNotMeasure(_complaint(answer))
        result = results[0]
        if result["actual"] is None or result["bound"] == "at-most":
            raise CouldNotMeasure(result["message"])
        return int(result["actual"])

    def _ask(
        self, arguments: Sequence[str]
    ) -> Tuple[program.Answer, Optional[List[Any]], Optional[Seen]]:
        """The answer, the results of the rules and what is free; None where it does not tell."""
        answer = program.run(["check", self._word(), "--json", *arguments, *_require(ANY_ROOM)])
        if answer.status not in (0, 1, 69):
            return answer, None, None
        try:
            results: List[Any] = json.loads(answer.output)["rules"]
            free = [result["actual"] for result in results[-len(ANY_ROOM):]]
        except (ValueError, KeyError, TypeError):
            return answer, None, None
        seen = None if None in free else Seen(*free)
        if seen:
            self._saw(seen)
        return answer, results[:-len(ANY_ROOM)], seen

    def _word(self) -> str:
        if self._target is None:
            return str(os.getpid())
        if isinstance(self._target, (int, str)):
            return str(self._target)
        return os.path.abspath(self._target)


def fits_rule(buffer: str, at_least: int = 1, by: Optional[str] = None) -> str:
    """The rule that so many of a buffer fit."""
    return f"fits {buffer}{f' by {by}' if by else ''} >= {at_least}"


def _require(rules: Sequence[str]) -> List[str]:
    return [word for rule in rules for word in ("--require", rule)]


def _held(verdicts: Sequence[Optional[bool]]) -> Optional[bool]:
    """One that is broken decides, then one that could not be measured."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _complaint(answer: program.Answer) -> str:
    if answer.status < 0:
        return f"addrspace was ended by signal {-answer.status}."
    said = _cut(answer.error)
    return said or f"addrspace gave no answer that can be read, and status {answer.status}."


def _cut(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[:MOST_LINES])
