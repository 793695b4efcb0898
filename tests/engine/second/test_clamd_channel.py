"""The service where it takes no descriptors: contents are sent."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medscan_gui.engine.second.clamd import ClamdChannel
from medscan_gui.engine.second.clamd import Service as Described
from medscan_gui.engine.second.driver import Lost
from tests.engine.second.conftest import MARKER, TELLING, UNOFFICIAL, Service


@pytest.fixture
def channel(service: Callable[..., Service]) -> Iterator[ClamdChannel]:
    running = service(*TELLING, "StreamMaxLength 1M")
    opened = ClamdChannel(Described(running.config), window=4)
    opened.open()
    yield opened
    opened.close()


def answer(channel: ClamdChannel, key: int, file: Path) -> tuple[int, str]:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        channel.give(key, descriptor)
        while (taken := channel.take(1.0)) is None:
            pass
        return taken
    finally:
        os.close(descriptor)


def test_contents_are_sent(channel: ClamdChannel, tmp_path: Path) -> None:
    channel.by_stream = True
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.write_bytes(b"x" * 500_000 + MARKER)
    good.write_bytes(b"harmless")
    assert answer(channel, 7, bad) == (7, f"Tests.Marker{UNOFFICIAL} FOUND")
    assert answer(channel, 8, good) == (8, "OK")


def test_what_is_too_large_to_be_sent_is_said(channel: ClamdChannel, tmp_path: Path) -> None:
    channel.by_stream = True
    huge = tmp_path / "huge"
    with huge.open("wb") as stream:
        stream.truncate(64 << 20)
    try:
        _key, text = answer(channel, 1, huge)
    except Lost:
        return  # it may close before its answer is read: the file ends as not analysed all the same
    assert "size limit exceeded" in text


def test_a_refusal_of_descriptors_is_known_once(channel: ClamdChannel) -> None:
    assert not channel.refuses_descriptors("Can't read file ERROR")
    assert channel.refuses_descriptors("No file descriptor received. ERROR")
    assert channel.by_stream
    assert not channel.refuses_descriptors("No file descriptor received. ERROR")
