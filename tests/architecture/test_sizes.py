"""The limits that keep a file one idea and a function one level of abstraction."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for room in ("shared", "services", "tests", "docs")
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 50
MOST_MOCKS_PER_TEST = 0.1


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 1


def test_no_file_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in SOURCES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_IN_A_FILE
    ]

    assert long == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {_lines(function)} lines"
        for path in SOURCES
        for function in _functions(path)
        if _lines(function) > MOST_LINES_IN_A_FUNCTION
    ]

    assert long == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "base", "misc"])
def test_no_file_is_named_for_nothing(word: str) -> None:
    named = [str(path.relative_to(ROOT)) for path in SOURCES if path.stem == word]

    assert named == []


def test_the_tests_hardly_mock() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    words = ("Mock" + "(", "mocker" + ".", "patch" + "(", "monkeypatch" + ".")
    mocks = sum(text.count(word) for text in texts.values() for word in words)
    tests = sum(
        function.name.startswith("test_") for path in texts for function in _functions(path)
    )

    assert mocks <= MOST_MOCKS_PER_TEST * tests
