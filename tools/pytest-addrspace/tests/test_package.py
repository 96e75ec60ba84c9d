"""What is promised of the package itself."""

import ast
from pathlib import Path

import pytest
import pytest_addrspace

FOLDER = Path(pytest_addrspace.__file__).parent


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_is_python_3_8(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    # Annotations may be of later versions only where they are not evaluated.
    assert path.name == "__init__.py" or any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)


def test_is_typed():
    assert FOLDER.joinpath("py.typed").exists()


def test_markers_are_told(pytester):
    told = pytester.runpytest_subprocess("--markers").stdout
    for name in ("fits(buffer", "largest_free(size)", "policy(file)", "no_new_pins(smaller"):
        told.fnmatch_lines([f"@pytest.mark.addrspace_{name}*"])
