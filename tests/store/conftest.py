"""Fixtures of the store's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from medscan_gui.store.journal import Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "données"


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    opened = Journal.open(folder, removable=True)
    yield opened
    opened.close()
