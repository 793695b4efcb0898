"""Every format has a sample that a real tool made, and every sample is opened."""

from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format
from medscan_gui.engine.unpack.registry import CONTAINERS, FORMATS, NOT_OPENED
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import SAMPLES, Look, sample_of

_SAMPLES = [(one, sample) for one in FORMATS for sample in one.samples]


@pytest.mark.parametrize(("one", "sample"), _SAMPLES, ids=[f"{one.name}-{sample}" for one, sample in _SAMPLES])
def test_payload_is_found(one: Format, sample: str, look: Look) -> None:
    content = sample_of(sample) if sample.endswith(".img.xz") else SAMPLES / sample
    looked = look(content, name=sample.encode())
    assert looked.found, (looked.ending, looked.troubles, looked.counts)


@pytest.mark.parametrize("one", FORMATS, ids=[one.name for one in FORMATS])
def test_format_is_recognised_by_its_sample(one: Format) -> None:
    assert one.samples
    for sample in one.samples:
        content = sample_of(sample)
        assert set(MemorySource(sample.encode(), content).types) & set(one.kinds), sample


def test_each_sample_says_how_it_was_made() -> None:
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in SAMPLES.iterdir() if path.name != "README.md"]
    assert [name for name in files if f"`{name}`" not in told] == []


def test_no_kind_is_both_opened_and_not() -> None:
    opened = {kind for one in FORMATS for kind in one.kinds}
    assert not opened & NOT_OPENED
    assert opened | NOT_OPENED == CONTAINERS
    assert FileType.UNKNOWN not in CONTAINERS


#: Kinds that are no containers: programs without an end of their own, and contents that are looked at as they are.
_NO_CONTAINERS = {
    FileType.UNKNOWN,
    FileType.DOS,
    FileType.JAVA_CLASS,
    FileType.TIFF,
    FileType.SQLITE,
    FileType.XML,
}


def test_each_kind_is_a_container_or_known_to_be_none() -> None:
    assert set(FileType) - CONTAINERS <= _NO_CONTAINERS


_CLOSED = (
    b"!BDN" + bytes(range(1, 255)),
    bytes.fromhex("cfad12fec5fd746f66e3d111") + bytes(200),
    b"EVF\x09\x0d\x0a\xff\0" + bytes(range(200)),
    b"\x27\xb5\x2f\xfd" + bytes(range(200)),
)


@pytest.mark.parametrize("content", _CLOSED, ids=["pst", "dbx", "e01", "zstd07"])
def test_known_and_not_opened(content: bytes, look: Look) -> None:
    assert look(content).ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)


def test_samples_are_small() -> None:
    assert sum(path.stat().st_size for path in Path(SAMPLES).iterdir()) < 8 << 20
