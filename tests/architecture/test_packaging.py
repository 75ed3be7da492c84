"""The distribution is the one we think it is; its locks do not say where they came from."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "requirements.lock", ROOT / "tests" / "requirements.lock"]
LOCKS.append(ROOT / "deploy" / "build.lock")


def _locked(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def test_our_packages_are_imported_from_our_tree() -> None:
    probe = "import services, shared; print(services.__file__); print(shared.__file__)"

    told = subprocess.run(
        [sys.executable, "-I", "-c", probe], cwd="/", capture_output=True, text=True, check=True
    )

    places = [Path(line).parent.parent for line in told.stdout.splitlines()]
    assert places == [ROOT, ROOT]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_has_a_hash_for_everything_and_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text.strip())

    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\[><=]", line)[0] for line in project["dependencies"]}

    assert asked <= set(_locked(LOCKS[0]))


def test_running_and_testing_use_the_same_versions() -> None:
    run, test = _locked(LOCKS[0]), _locked(LOCKS[1])

    assert {name: test.get(name) for name in run} == run


def test_our_generic_names_are_never_asked_for_from_outside() -> None:
    locked = {name for lock in LOCKS for name in _locked(lock)}

    assert locked.isdisjoint({"shared", "services"})
