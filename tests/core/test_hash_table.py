"""Packed tables of digests: what was put in is found, nothing else is, and a hostile file is refused or harmless."""

import hashlib
import random
import struct

import pytest

from medscan_gui.core.hash_pack import ListError, Packer
from medscan_gui.core.hash_table import (
    ANY_SIZE,
    ENTRY,
    HEADER,
    SELF_TEST_NAME,
    SELF_TEST_SAMPLE,
    HashFile,
    HashKind,
    HashTable,
    HashTableError,
)


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def packed(*lines: bytes, author: str = "tests", allow: bool = False) -> bytes:
    packer = Packer(author=author, allow=allow)
    packer.add_lines(lines)
    return packer.pack()


def table(content: bytes, kind: HashKind) -> HashTable:
    return next(one for one in HashFile(content).tables if one.kind is kind)


def lines_of(count: int) -> list[bytes]:
    contents = [b"content %d" % number for number in range(count)]
    return [
        b"%b:%d:Name.%d" % (md5(c).hex().encode(), len(c) + number % 700, number) for number, c in enumerate(contents)
    ]


@pytest.mark.parametrize("count", [1, 2, 300, 5000])
def test_everything_put_in_is_found(count: int) -> None:
    content = packed(*lines_of(count))
    file = HashFile(content)
    file.check_order()
    assert file.author == "tests"
    assert file.count == count + 1
    found = table(content, HashKind.MD5)
    for number in range(count):
        inside = b"content %d" % number
        size = len(inside) + number % 700
        assert found.has_size(size)
        assert found.find(md5(inside), size) == f"Name.{number}"
        assert found.find(md5(inside), size + 1) is None
        assert found.find(md5(inside + b"x"), size) is None
    assert not found.has_size(100_000)


def test_lists_of_all_kinds() -> None:
    content = packed(
        b"# a remark",
        b"",
        b"%b:10:Win.Md5" % (b"a" * 32),
        b"%b:11:Win.Sha1:73" % (b"b" * 40),
        b"%b:*:Win.Any:73" % (b"C" * 64),
        b"12:%b:Win.Section" % (b"d" * 32),
        b"13:%b:Win.Section256" % (b"e" * 64),
        b"%b" % (b"f" * 64),
        b"%b;Loki's remark" % (b"1" * 32),
        b"%b  file.exe" % (b"2" * 64),
    )
    assert table(content, HashKind.MD5).find(bytes.fromhex("a" * 32), 10) == "Win.Md5"
    assert table(content, HashKind.SHA1).find(bytes.fromhex("b" * 40), 11) == "Win.Sha1"
    sha256 = table(content, HashKind.SHA256)
    assert sha256.find(bytes.fromhex("c" * 64), 4711) == "Win.Any"
    assert sha256.find(bytes.fromhex("f" * 64), 4711) == "?"
    assert sha256.find(bytes.fromhex("2" * 64), 1) == "file.exe"
    assert sha256.has_size(4711), "a digest of any size makes every size possible"
    assert table(content, HashKind.SECTION_MD5).find(bytes.fromhex("d" * 32), 12) == "Win.Section"
    assert table(content, HashKind.SECTION_SHA256).find(bytes.fromhex("e" * 64), 13) == "Win.Section256"
    assert table(content, HashKind.MD5).find(bytes.fromhex("1" * 32), 0) == "Loki's remark"


@pytest.mark.parametrize(
    "line", [b"word", b"a" * 31, b"%b:-1:x" % (b"a" * 32), b"%b:0:x" % (b"a" * 32), b"%b:9999999999:x" % (b"a" * 32)]
)
def test_what_is_no_digest_is_refused_with_its_line(line: bytes) -> None:
    with pytest.raises(ListError) as caught:
        packed(b"# first", line)
    assert caught.value.line == 2


def test_harmless_contents_are_told_by_sha256_alone() -> None:
    with pytest.raises(ListError):
        packed(b"%b:10:x" % (b"a" * 32), allow=True)
    content = packed(b"%b:10:x" % (b"a" * 64), allow=True)
    assert HashFile(content).allow
    assert HashFile(content).count == 1, "nothing is put into it but what was listed"


def test_nothing_is_no_table() -> None:
    with pytest.raises(ListError):
        packed(b"# nothing")


def test_same_lists_give_the_same_bytes_in_any_order() -> None:
    lines = lines_of(50)
    assert packed(*lines) == packed(*lines[::-1])
    assert packed(*lines, *lines) == packed(*lines)


def test_each_table_of_threats_finds_the_sample() -> None:
    content = packed(b"%b:10:x" % (b"a" * 32), b"12:%b:y" % (b"d" * 64))
    for one in HashFile(content).tables:
        digest = hashlib.new(one.kind.algorithm, SELF_TEST_SAMPLE, usedforsecurity=False).digest()
        assert one.has_size(len(SELF_TEST_SAMPLE))
        assert one.find(digest, len(SELF_TEST_SAMPLE)) == SELF_TEST_NAME


# Hostile files ----------------------------------------------------------------------------------


def looked_through(content: bytes) -> None:
    """Do everything with a file that a worker does; HashTableError is an answer, anything else a fault."""
    try:
        file = HashFile(content)
    except HashTableError:
        return
    assert len(file.author) <= 200
    for one in file.tables:
        for digest in (bytes(one.kind.bytes), b"\xff" * one.kind.bytes, md5(b"content 1").ljust(one.kind.bytes, b"\0")):
            for size in (0, 9, ANY_SIZE):
                one.has_size(size)
                name = one.find(digest, size)
                assert name is None or len(name) <= 200


def test_cut_anywhere() -> None:
    content = packed(*lines_of(5))
    for end in range(len(content)):
        looked_through(content[:end])


def test_bits_changed_anywhere() -> None:
    numbers = random.Random(6)
    content = packed(*lines_of(40), b"%b:10:x" % (b"a" * 64))
    structure = [*range(HEADER.size + 2 * ENTRY.size), *range(len(content) - 200, len(content))]
    for _ in range(3000):
        changed = bytearray(content)
        for _flip in range(numbers.randrange(1, 4)):
            place = numbers.choice(structure) if numbers.random() < 0.8 else numbers.randrange(len(content))
            changed[place] ^= 1 << numbers.randrange(8)
        looked_through(bytes(changed))


@pytest.mark.parametrize("field", range(7))
def test_numbers_that_promise_everything(field: int) -> None:
    content = bytearray(packed(*lines_of(5)))
    entry = list(ENTRY.unpack_from(content, HEADER.size))
    entry[field] = 0xFFFFFFF0
    ENTRY.pack_into(content, HEADER.size, *entry)
    with pytest.raises(HashTableError):
        HashFile(bytes(content))


def test_records_that_are_not_sorted_are_seen_when_a_table_is_made() -> None:
    content = bytearray(packed(*lines_of(5)))
    records = ENTRY.unpack_from(content, HEADER.size)[5]
    first, second = content[records : records + 24], content[records + 24 : records + 48]
    content[records : records + 48] = second + first
    with pytest.raises(HashTableError):
        HashFile(bytes(content)).check_order()


def test_other_versions_and_flags_are_refused() -> None:
    content = bytearray(packed(*lines_of(5)))
    for place, value in ((8, 2), (12, 6), (16, 0), (16, 9)):
        changed = bytearray(content)
        struct.pack_into("<I", changed, place, value)
        with pytest.raises(HashTableError):
            HashFile(bytes(changed))
