"""What a test's markers and the session's defaults ask for."""

from __future__ import annotations

import os
from typing import Callable, Dict, List, NamedTuple, Optional, Union

import pytest

from .space import fits_rule

DESCRIPTIONS = [
    "addrspace_fits(buffer, at_least=1, by=None): so many more of a buffer fit after the test.",
    "addrspace_largest_free(size): a contiguous free span of that size is left after the test.",
    "addrspace_policy(file): the rules of a policy's file hold after the test.",
    "addrspace_no_new_pins(smaller_than=None, between=None, at_most=0): "
    "the test leaves no pin that was not there before it.",
]


class Demands(NamedTuple):
    """What has to hold after a test."""

    rules: List[str]
    policy: Optional[str]
    compares: bool

    def __bool__(self) -> bool:
        return bool(self.rules or self.policy)


def demands_of(item: pytest.Item) -> Demands:
    """What is asked of a test by its markers and by the session's defaults."""
    rules = [_called(mark) for mark in item.iter_markers() if mark.name in _RULES]
    nearest = item.get_closest_marker("addrspace_policy")
    policy = _called(nearest) if nearest else item.config.getini("addrspace_policy")
    return Demands(
        rules=list(dict.fromkeys([*rules, *item.config.getini("addrspace_require")])),
        policy=str(item.config.rootpath / policy) if policy else None,
        compares=item.get_closest_marker("addrspace_no_new_pins") is not None,
    )


def is_marked(item: pytest.Item) -> bool:
    """Whether a test has a marker of this plugin."""
    return any(mark.name.startswith("addrspace_") for mark in item.iter_markers())


def _largest_free(size: Union[int, str]) -> str:
    return f"largest-free >= {size}"


def _no_new_pins(
    smaller_than: Union[int, str, None] = None,
    between: Union[int, str, None] = None,
    at_most: int = 0,
) -> str:
    smaller = f" < {smaller_than}" if smaller_than is not None else ""
    spans = f" between {between}" if between is not None else ""
    return f"new-pins{smaller}{spans} <= {at_most}"


def _policy(file: Union[str, "os.PathLike[str]"]) -> str:
    return os.fspath(file)


_RULES: Dict[str, Callable[..., str]] = {
    "addrspace_fits": fits_rule,
    "addrspace_largest_free": _largest_free,
    "addrspace_no_new_pins": _no_new_pins,
}


def _called(mark: pytest.Mark) -> str:
    """What a marker's arguments say; wrong ones are told by the marker's name."""
    function = _RULES.get(mark.name, _policy)
    try:
        return function(*mark.args, **mark.kwargs)
    except TypeError as error:
        said = str(error).replace(f"{function.__name__}()", mark.name)
        raise pytest.fail.Exception(f"{said}; see pytest --markers", pytrace=False) from None
