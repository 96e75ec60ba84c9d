"""Tests that really break the space into pieces."""

import importlib.util
import re
import sys

import pytest

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("numpy"), reason="needs numpy")

# Small arrays stay between the large ones that go. Both are above what malloc keeps in its heap.
FRAGMENT = """
    import numpy, pytest
    LARGE = 256 << 20
    held = []

    def take():
        large, small = [], []
        try:
            while len(large) < {most}:
                large.append(numpy.empty(LARGE, "u1"))
                small.append(numpy.empty(1 << 20, "u1"))
        except MemoryError:
            pass
        return large, small

    @pytest.mark.{marker}
    def test_fragments():
        large, small = take()
        held.extend(small)
        print("survivors", *[hex(one.ctypes.data & ~0xfff) for one in small])

    @pytest.mark.{marker}
    def test_is_tidy():
        held.clear()
    """


def fragment(pytester, marker, most):
    pytester.path.joinpath("pins.yaml").write_text(
        "rules: [{pins: {smaller-than: 4MiB, between: 16MiB, at-most: 3}}]")
    pytester.makepyfile(test_it=FRAGMENT.format(marker=marker, most=most))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_fragments*"])
    told = result.stdout.str()
    words = re.search("survivors (.*)", told).group(1).split()
    survivors = {int(word, 16) for word in words}
    named = {int(word, 16) for word in re.findall(r"MiB +(0x[0-9a-f]+) ", told)}
    return told, survivors, named


@pytest.mark.skipif(sys.maxsize > 1 << 32, reason="a 64-bit space cannot be filled")
@pytest.mark.parametrize("marker", [
    'addrspace_fits("8000x6000x4x2", at_least=2, by="numpy")',
    'addrspace_largest_free("1GiB")',
])
def test_the_failure_names_what_is_in_the_way(pytester, marker):
    told, survivors, named = fragment(pytester, marker, most=1000)
    assert len(survivors) > 10
    assert named and named <= survivors
    assert "free it" in told
    result = re.search("least room  (.*) in one piece, in test_it.py::test_fragments", told)
    assert result and result.group(1).endswith("MiB")


@pytest.mark.parametrize("marker", [
    'addrspace_policy("pins.yaml")', "addrspace_no_new_pins",
    'addrspace_no_new_pins(smaller_than="4MiB", between="16MiB", at_most=3)',
])
def test_pins_are_named_in_any_space(pytester, marker):
    _, survivors, named = fragment(pytester, marker, most=10)
    assert len(survivors) == 10
    assert named and named <= survivors
