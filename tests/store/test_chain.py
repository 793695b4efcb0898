"""The hash chain: every change is found, at its place."""

import hashlib
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.store.chain import ChainCheck, Entry, Head, entry_hash, short_code
from medscan_gui.store.ids import time_ordered_id
from tests.store.records import NOON


def chain(length: int) -> list[Entry]:
    head, entries = Head(), []
    for number in range(length):
        entry = Entry.following(head, entry_id=f"id-{number}", kind="note", written="t", body=b"{%d}" % number)
        head = Head(entry.sequence, entry.hash)
        entries.append(entry)
    return entries


def first_bad(entries: list[Entry]) -> int | None:
    check = ChainCheck()
    check.follow_all(entries)
    return check.first_bad


def test_sound_chain() -> None:
    entries = chain(50)
    check = ChainCheck()
    check.follow_all(entries)
    assert (check.first_bad, check.entries, check.head) == (None, 50, Head(50, entries[-1].hash))


@given(st.integers(0, 9), st.sampled_from(["id", "kind", "written", "body", "previous", "hash", "sequence"]))
def test_any_edit_is_found_at_its_line(place: int, field: str) -> None:
    entries = chain(10)
    old = getattr(entries[place], field)
    new = old + 1 if isinstance(old, int) else old + (b"\0" if isinstance(old, bytes) else "\0")
    entries[place] = msgspec.structs.replace(entries[place], **{field: new})
    assert first_bad(entries) == place + 1


@given(st.integers(0, 8))
def test_removal_and_exchange_are_found(place: int) -> None:
    entries = chain(10)
    assert first_bad(entries[:place] + entries[place + 1 :]) == place + 1
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert first_bad(entries) == place + 1


def test_rewritten_entry_breaks_the_link_of_the_next() -> None:
    entries = chain(10)
    forged = Entry.following(Head(4, entries[3].hash), entry_id="id-4", kind="note", written="t", body=b"{forged}")
    entries[4] = forged
    assert forged.intact
    assert first_bad(entries) == 6


def test_parts_cannot_shift_into_one_another() -> None:
    one = entry_hash(bytes(32), 1, "ab", kind="c", written="", body=b"")
    other = entry_hash(bytes(32), 1, "a", kind="bc", written="", body=b"")
    assert one != other


def test_hash_is_what_the_documentation_says() -> None:
    parts = [bytes(32), (1).to_bytes(8, "big"), b"id", b"kind", b"when", b"{}"]
    text = b"MedScan journal entry, format 1\0" + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    found = entry_hash(bytes(32), 1, "id", kind="kind", written="when", body=b"{}")
    assert found == hashlib.sha256(text).digest()


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (bytes(32), "0000-0000-0000"),
        (b"\xff" * 32, "ZZZZ-ZZZZ-ZZZZ"),
        # 0x08421084210 84210 is 00001 repeated, bit by bit.
        (bytes.fromhex("0842108421084210") + bytes(24), "1111-1111-1111"),
    ],
)
def test_short_code(digest: bytes, code: str) -> None:
    assert short_code(digest) == code


@given(st.binary(min_size=32, max_size=32), st.integers(0, 59))
def test_short_code_shows_each_of_60_bits(digest: bytes, bit: int) -> None:
    changed = (int.from_bytes(digest, "big") ^ 1 << (255 - bit)).to_bytes(32, "big")
    assert short_code(digest) != short_code(changed)


def test_ids_sort_by_time_and_are_version_7() -> None:
    early = time_ordered_id(NOON)
    late = time_ordered_id(NOON.replace(microsecond=1000))
    assert early < late
    assert {UUID(early).version, UUID(late).version} == {7}
    assert UUID(early).int >> 80 == int(NOON.timestamp() * 1000)
    assert len({time_ordered_id(NOON) for _ in range(1000)}) == 1000
