# shellcheck shell=bash
# Sourced by tools/test and by tools/lint, which builds what tools/test then runs.

# The trials ask much of the library: optimised, they take a quarter of the time.
# shellcheck disable=SC2034
test_flags=(-Xswiftc -O)
