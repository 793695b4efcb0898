"""Shortcuts: what they start, and what is hidden behind them."""

import struct

import pytest

from medscan_gui.core.words import Cause, Outcome
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.mutations import flip, silent_cuts
from tests.samples import payload


def shortcut(flags: int, *rest: bytes) -> bytes:
    clsid = bytes.fromhex("0114020000000000c000000000000046")
    return struct.pack("<I16sI", 76, clsid, flags).ljust(76, b"\0") + b"".join(rest)


def string(text: bytes) -> bytes:
    return struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        ("arguments.lnk", [(b"[command line]",)]),
        ("appended.lnk", [(b"[command line]",), (b"[appended]",)]),
    ],
)
def test_samples(sample: str, found: list[tuple[bytes, ...]], look: Look) -> None:
    looked = look(SAMPLES / sample)
    assert looked.found == found
    assert looked.ending[0] is Outcome.SCANNED


def test_narrow_texts_and_no_end_mark(look: Look) -> None:
    assert look(shortcut(0x20, string(payload()))).found == [(b"[command line]",)]
    assert look(shortcut(0x04, string(payload()), bytes(4))).found == [(b"[strings]",)]


def test_target_with_variables_is_the_one_that_counts(look: Look) -> None:
    block = (
        struct.pack("<II", 0x314, 0xA0000001) + bytes(260) + payload().decode().encode("utf-16-le").ljust(520, b"\0")
    )
    assert look(shortcut(0, block, bytes(4))).found == [(b"[command line]",)]


def test_target_on_a_share(look: Look) -> None:
    share = struct.pack("<5I", 20 + len(payload()), 0, 20, 0, 0) + payload() + b"\0"
    info = struct.pack("<7I", 28 + len(share) + 1, 28, 2, 0, 0, 28, 28 + len(share)) + share + b"\0"
    assert look(shortcut(0x02, info, bytes(4))).found == [(b"[command line]",)]


def test_encoded_command_is_opened(look: Look) -> None:
    import base64

    command = b"-NoP -eNc " + base64.b64encode(payload().decode().encode("utf-16-le"))
    assert look(shortcut(0x20, string(command), bytes(4))).found == [(b"[command line]", b"[base64 1]")]


@pytest.mark.parametrize("size", [2, 0x10000, 0xFFFFFFF0])
def test_blocks_that_are_none(size: int, look: Look) -> None:
    looked = look(shortcut(0, struct.pack("<II", size, 0x12345678), payload()))
    assert looked.found == [(b"[appended]",)]


def test_lists_that_claim_too_much(look: Look) -> None:
    for flags in (0x01, 0x02, 0x20):
        looked = look(shortcut(flags, b"\xff\xff\xff\x7f", payload()[:20]))
        assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


def test_a_list_of_identifiers_that_ends_early(look: Look) -> None:
    ids = struct.pack("<HH", 4, 0x4000) + b"\0\0"
    assert look(shortcut(0x21, ids, string(payload()), bytes(4))).found == [(b"[command line]",)]


def test_cut_and_altered_anywhere(look: Look) -> None:
    content = (SAMPLES / "arguments.lnk").read_bytes()
    assert silent_cuts(content, look, first=20) == []
    flip((SAMPLES / "appended.lnk").read_bytes(), look, rounds=500)
