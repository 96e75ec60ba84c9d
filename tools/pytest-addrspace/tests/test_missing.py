"""A program that is not there must not look like a pass."""

import pytest

SOURCE = """
    import pytest

    @pytest.mark.addrspace_largest_free("1MiB")
    def test_marked(): pass

    def test_asking(addrspace): pass

    def test_other(): pass
    """


@pytest.fixture(params=["PATH", "ADDRSPACE"])
def sentence(request, monkeypatch):
    """Hides the program; what is then said."""
    monkeypatch.delenv("ADDRSPACE", raising=False)
    if request.param == "PATH":
        monkeypatch.setenv("PATH", "/nowhere")
        return "addrspace: there is no addrspace in PATH. Install it, *"
    monkeypatch.setenv("ADDRSPACE", "/nowhere/addrspace")
    return "addrspace: ADDRSPACE names /nowhere/addrspace, *"


def test_is_an_error(pytester, sentence):
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_marked*", sentence])
    result.stdout.fnmatch_lines(["*ERROR at setup of test_asking*", sentence])


def test_is_an_error_of_all_under_rules_of_the_session(pytester, sentence):
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess("-o", "addrspace_require=largest-free >= 1MiB")
    result.assert_outcomes(errors=3)


def test_is_skipped_where_that_is_asked_for(pytester, sentence):
    pytester.makeini("[pytest]\naddrspace_missing = skip\n")
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=2, passed=1)
    result.stdout.fnmatch_lines(["SKIPPED*test_is_skipped*: " + sentence])
    result.stdout.no_fnmatch_line("*session's rules*")


def test_rules_of_the_session_are_then_said_to_be_unchecked(pytester, sentence):
    pytester.makeini(
        "[pytest]\naddrspace_missing = skip\naddrspace_require = largest-free >= 1MiB\n")
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(skipped=2, passed=1)
    result.stdout.fnmatch_lines(["The session's rules were not checked. " + sentence])


def test_other_choices_are_refused(pytester):
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess("-o", "addrspace_missing=ignore")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: addrspace_missing is fail or skip, not ignore"])
