"""What is generated from the code is committed as the code makes it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[Path, str] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_a_generated_page_is_committed_as_made(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], "run 'make generate'"


def test_no_schema_is_left_over() -> None:
    committed = set((ROOT / "docs" / "schemas").iterdir())

    assert committed == {path for path in PAGES if path.parent.name == "schemas"}
