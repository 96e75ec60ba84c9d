"""Asking in the middle of a test."""

import mmap
import subprocess
import sys

import pytest

from pytest_addrspace import AddressSpace, CouldNotMeasure, program

# A bare map does not tell what malloc has left.
MAPS = """\
08048000-08049000 r-xp 00000000 08:01 11 /bin/p
10000000-20000000 rw-p 00000000 00:00 0
30000000-b0000000 rw-p 00000000 00:00 0
bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]
"""


@pytest.fixture
def maps(tmp_path):
    path = tmp_path / "p.maps"
    path.write_text(MAPS)
    return path


def test_figures_of_a_file(addrspace, maps):
    file = addrspace.of(maps)
    assert file.largest_free() == 0x10000000
    # 2, 1, 4 and 3: the stack has a guard.
    assert file.fits("64MiB", by="mmap") == 10
    file.check("largest-free >= 256MiB", "free >= 600MiB")
    with pytest.raises(pytest.fail.Exception, match="BROKEN  largest-free >= 257MiB"):
        file.check("largest-free >= 257MiB")


def test_what_a_file_does_not_tell_is_no_pass(addrspace, maps):
    with pytest.raises(CouldNotMeasure, match="could not be measured: "):
        addrspace.of(maps).check("fits 64MiB by malloc >= 13")
    with pytest.raises(CouldNotMeasure, match="no such|not there|nowhere"):
        addrspace.of("/nowhere.maps").largest_free()


def test_an_undecided_rule_is_an_error_of_the_test(pytester, maps):
    pytester.makepyfile(f"""
        def test_it(addrspace):
            addrspace.of({str(maps)!r}).check("fits 64MiB by malloc >= 13")
        """)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "*ERROR at call of test_it*", '>*check("fits 64MiB by malloc >= 13")',
        "E*unknown fits 64MiB by malloc >= 13*", "E*could not be measured: *",
    ])
    assert "space.py" not in result.stdout.str()


def test_a_broken_rule_is_shown_at_the_line_that_asked(pytester):
    pytester.makepyfile("""
        def test_it(addrspace):
            held = 1
            addrspace.check("free >= 300TiB")
        """)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        '>*addrspace.check("free >= 300TiB")', "E*BROKEN  free >= *", "test_*.py:3: Failed",
    ])
    assert "space.py" not in result.stdout.str()


def test_another_process(addrspace):
    with subprocess.Popen(["sleep", "60"]) as process:
        other = addrspace.of(process.pid)
        assert other.largest_free() > 0
        other.check("regions <= 1000")
        process.kill()
    with pytest.raises(CouldNotMeasure):
        other.check("regions <= 1000")


def test_a_policy(addrspace, tmp_path):
    policy = tmp_path / "room.yaml"
    policy.write_text("rules: [{regions: {at-most: 1}}]")
    with pytest.raises(pytest.fail.Exception, match="BROKEN  regions <= 1"):
        addrspace.check(policy=policy)
    with pytest.raises(TypeError):
        addrspace.check()


@pytest.mark.skipif(sys.maxsize > 1 << 32, reason="a 64-bit space cannot be filled")
def test_what_fits_is_what_this_process_then_gets(addrspace):
    size = 48_000_000
    forecast = addrspace.fits(str(size), by="mmap")
    held = []
    try:
        while True:
            held.append(mmap.mmap(-1, size))
    except OSError:
        assert len(held) == forecast > 10
    finally:
        for one in held:
            one.close()


def test_where_the_kernel_lets_only_ancestors_read(monkeypatch, tmp_path):
    scope = tmp_path / "ptrace_scope"
    scope.write_text("1\n")
    monkeypatch.setattr(program, "YAMA", scope)
    assert AddressSpace().largest_free() > 0
