"""The words of 7-Zip are a program's output about hostile input: parsed tolerantly, believed in little."""

import random

import pytest

from medscan_gui.engine.unpack.seven_zip_listing import Entry, Listing

HEAD = b"""
7-Zip (z) 26.03 (x64)

Listing archive: /proc/self/fd/3

--
Path = /proc/self/fd/3
Type = Rar
WARNINGS:
There are data after the end of archive
Physical Size = 54
Tail Size = 600
Solid = -

----------
"""


def entries(text: bytes, listing: Listing | None = None) -> list[Entry]:
    return list((listing or Listing()).entries(text.splitlines(keepends=True)))


def test_entries() -> None:
    found = entries(
        HEAD
        + b"Path = folder\nFolder = +\nSize = \n\n"
        + b"Path = folder/a = b\nFolder = -\nSize = 117\nCRC = 1D6758CE\nEncrypted = +\n\n"
        + b"Path = old\nSize = 0\nAttributes = D drwxr-xr-x\n\n"
        + b"Path = Data\nSize = 4\nAttributes = -rw-r--r--\n\n\nWarnings: 1\n"
    )
    assert found == [
        Entry(b"folder", folder=True),
        Entry(b"folder/a = b", 117, 0x1D6758CE, encrypted=True),
        Entry(b"old", 0, folder=True),
        Entry(b"Data", 4),
    ]


def test_without_a_name_and_without_an_end() -> None:
    assert entries(HEAD + b"Size = 1048576\nPacked Size = 3") == [Entry(b"", 1048576)]


def test_password_prompt_in_front() -> None:
    assert entries(b"\nEnter password:\n" + HEAD + b"Path = a\nSize = 1\n\n") == [Entry(b"a", 1)]


def test_tail_and_errors() -> None:
    listing = Listing()
    entries(HEAD.replace(b"WARNINGS", b"Unexpected end of archive\nWARNINGS"), listing)
    assert listing.tail == 600
    assert listing.errors == b"Unexpected end of archive\n"


def test_tail_is_not_taken_from_a_comment() -> None:
    listing = Listing()
    entries(HEAD.replace(b"Solid = -", b"Comment = \n{\nTail Size = 9\n}"), listing)
    assert listing.tail == 600


def test_sizes_that_are_none() -> None:
    for size in (b"-5", b"1e9", b"0x10", b"\xff", b"9" * 5000):
        (entry,) = entries(HEAD + b"Path = a\nSize = " + size + b"\n\n")
        assert entry.size == -1 or entry.size == int(b"9" * 20)


def test_nothing_is_no_entry() -> None:
    assert entries(b"") == entries(HEAD) == entries(b"Path = a\nSize = 3\n\n") == []


@pytest.mark.parametrize("seed", range(20))
def test_any_bytes(seed: int) -> None:
    chance = random.Random(seed)
    text = bytearray(HEAD + b"Path = a\nSize = 3\nCRC = 12\n\n" * 40)
    for _ in range(200):
        text[chance.randrange(len(text))] = chance.randrange(256)
    for entry in entries(bytes(text)):
        assert entry.size >= -1
        assert entry.crc >= -1
