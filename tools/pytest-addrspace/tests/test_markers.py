"""What the markers ask for, and how it is told."""

import pytest

BROKEN = "*BROKEN  largest-free >= *too little*"


def run(pytester, source, *options, **files):
    pytester.makepyfile(test_it=source)
    for name, text in files.items():
        pytester.path.joinpath(f"{name}.yaml").write_text(text)
    return pytester.runpytest_subprocess(*options)


def told(result, test):
    """The lines of a failure, below its title."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if line.startswith("__") and test in line)
    rest = lines[start + 1:]
    end = next(i for i, line in enumerate(rest) if line.startswith(("__", "==")))
    return rest[:end]


def test_what_holds_passes(pytester):
    result = run(pytester, """
        import pytest, unittest

        @pytest.mark.addrspace_fits("1MiB", at_least=2, by="mmap")
        @pytest.mark.addrspace_fits("thread")
        @pytest.mark.addrspace_largest_free("4MiB")
        @pytest.mark.addrspace_policy("room.yaml")
        def test_function(): pass

        @pytest.mark.addrspace_largest_free(4 << 20)
        class TestOld(unittest.TestCase):
            def test_method(self): pass
        """, "--strict-markers", room="rules: [{largest-free: 4MiB}]")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*address space*", "least room  * in one piece, in test_it.py::*"])


def test_what_is_broken_fails_in_the_programs_words(pytester):
    result = run(pytester, """
        import pytest

        @pytest.mark.addrspace_largest_free("1MiB")
        @pytest.mark.addrspace_largest_free("200TiB")
        def test_function(): pass
        """)
    result.assert_outcomes(failed=1)
    lines = told(result, "test_function")
    assert lines[0].endswith("1 of 2 rules is held") and "pid" in lines[0]
    result.stdout.fnmatch_lines([BROKEN, "More:  addrspace inspect *"])
    assert len(lines) <= 20
    assert "plugin.py" not in result.stdout.str()


def test_never_more_than_twenty_lines(pytester):
    rules = "".join(f"  - largest-free: {100 + n}TiB\n" for n in range(40))
    result = run(pytester, """
        import pytest

        @pytest.mark.addrspace_policy("room.yaml")
        def test_function(): pass
        """, room="rules:\n" + rules)
    result.assert_outcomes(failed=1)
    assert 10 < len(told(result, "test_function")) <= 20


def test_markers_of_module_class_and_function_all_count(pytester):
    result = run(pytester, """
        import pytest
        pytestmark = pytest.mark.addrspace_largest_free("200TiB")

        @pytest.mark.addrspace_fits("201TiB", by="mmap")
        class TestClass:
            @pytest.mark.addrspace_fits("202TiB", at_least=3, by="mmap")
            def test_method(self): pass
        """)
    result.assert_outcomes(failed=1)
    told = result.stdout.str()
    for rule in ("largest-free >=", "by mmap >= 1", "by mmap >= 3"):
        assert rule in told


def test_the_nearest_policy_counts(pytester):
    result = run(pytester, """
        import pytest
        pytestmark = pytest.mark.addrspace_policy("much.yaml")

        def test_much(): pass

        @pytest.mark.addrspace_policy("little.yaml")
        def test_little(): pass
        """, much="rules: [{free: 200TiB}]", little="rules: [{free: 1MiB}]")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_much*"])


def test_a_failure_of_the_test_itself_stands(pytester):
    result = run(pytester, """
        import pytest

        @pytest.mark.addrspace_largest_free("200TiB")
        def test_function():
            assert 1 == 2, "its own"
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*its own"])
    result.stdout.no_fnmatch_line(BROKEN)


@pytest.mark.parametrize("marker, words", [
    ("addrspace_largest_free('much')", "*no size*"),
    ("addrspace_fits('8000x')", "*8000x*"),
    ("addrspace_fits('1MiB', by='nobody')", "*nobody*"),
    ("addrspace_fits()", "addrspace_fits missing 1 required*pytest --markers"),
    ("addrspace_fits('1MiB', most=2)", "addrspace_fits got an unexpected keyword*"),
    ("addrspace_policy('none.yaml')", "*none.yaml*"),
    ("addrspace_policy('bad.yaml')", "*bad.yaml:2:5: *largest-free*"),
])
def test_what_cannot_be_asked_is_an_error(pytester, marker, words):
    result = run(pytester, f"""
        import pytest

        @pytest.mark.{marker}
        def test_function(): pass
        """, bad="rules:\n  - largest-fre: 400MiB\n")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([words])
    assert "plugin.py" not in result.stdout.str()


@pytest.mark.parametrize("line, words", [
    ("echo 'addrspace: no reason' >&2; exit 69", "addrspace: no reason"),
    ("echo nonsense", "addrspace gave no answer that can be read, and status 0."),
    ("echo '{}'; exit 1", "addrspace gave no answer that can be read, and status 1."),
    ("kill -SEGV $$", "addrspace was ended by signal 11."),
])
def test_a_program_that_cannot_answer_is_an_error(pytester, monkeypatch, line, words):
    program = pytester.path / "broken"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    monkeypatch.setenv("ADDRSPACE", str(program))
    result = run(pytester, """
        import pytest

        @pytest.mark.addrspace_largest_free("1MiB")
        def test_function(): pass
        """)
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([words])
