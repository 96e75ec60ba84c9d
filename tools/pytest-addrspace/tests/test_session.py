"""Defaults for all tests, and what is said at the end."""

import pytest

HOLD = """
    import mmap
    held = []

    def test_first(): pass

    def test_hungry(): held.append(mmap.mmap(-1, 1 << 28))

    def test_last(): held.append(mmap.mmap(-1, 1 << 20))
    """


@pytest.mark.parametrize("name, text", [
    ("pytest.ini", "[pytest]\naddrspace_require =\n    {0}\n    regions <= 100000\n"),
    ("pyproject.toml",
     "[tool.pytest.ini_options]\naddrspace_require = ['{0}', 'regions <= 100000']\n"),
])
def test_rules_for_every_test(pytester, name, text):
    pytester.path.joinpath(name).write_text(text.format("kind shared <= 100MiB"))
    pytester.makepyfile(HOLD)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines([
        "*BROKEN  kind shared <= 100MiB  *", "FAILED *::test_hungry*", "FAILED *::test_last*",
    ])


def test_a_policy_for_every_test(pytester):
    pytester.makeini("[pytest]\naddrspace_policy = rules/room.yaml\n")
    folder = pytester.path / "rules"
    folder.mkdir()
    folder.joinpath("room.yaml").write_text(
        "rules: [{kind: {name: shared, at-most: 100MiB}}]")
    pytester.makepyfile(HOLD)
    pytester.runpytest_subprocess("-x").assert_outcomes(passed=1, failed=1)


def test_the_summary_names_who_took_most(pytester):
    pytester.makeini("[pytest]\naddrspace_require = largest-free >= 1MiB\n")
    pytester.makepyfile(test_it=HOLD)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([
        "least room  * in one piece, in test_it.py::test_*",
        "took most   256 MiB, by test_it.py::test_hungry",
    ])


def test_nothing_is_said_where_nothing_was_asked(pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*address space*")


def test_spread_over_processes(pytester):
    pytest.importorskip("xdist")
    pytester.makeini("[pytest]\naddrspace_require = kind shared <= 100MiB\n")
    pytester.makepyfile(test_it=HOLD, test_other="""
        import pytest

        @pytest.mark.addrspace_largest_free("nothing")
        def test_error(): pass
        """)
    result = pytester.runpytest_subprocess("-n2", "--dist=loadfile")
    result.assert_outcomes(passed=1, failed=2, errors=1)
    result.stdout.fnmatch_lines_random([
        "*BROKEN  kind shared <= 100MiB  *", "*ERROR at call of test_error*",
        "least room  * in one piece, in test_*",
        "took most   256 MiB, by test_it.py::test_hungry",
    ])
