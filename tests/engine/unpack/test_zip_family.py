"""Zip archives of real tools, and archives whose headers lie."""

import bz2
import io
import lzma
import random
import struct
import zlib
from pathlib import Path

import pytest
import zstandard

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack.source import MemorySource
from medscan_gui.engine.unpack.zip_crypto import old_keys
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.made_zip import Entry, deflated, local_header, made, stored, without_directory
from tests.engine.unpack.mutations import dishonest, flips, truncations
from tests.samples import payload

_NAME = b"payload.txt"
_NOISE = bytes(range(256)) * 280  # 70 kB without any record's mark
_OTHER = b"nothing to see here, and long enough to be compressed, compressed, compressed\n"


def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def _crc(content: bytes) -> int:
    return zlib.crc32(content)


@pytest.mark.parametrize("name", ["zip-zipcrypto.zip", "zip-aes128.zip", "zip-aes192.zip", "zip-aes256.zip"])
def test_encrypted_entries_open_with_the_password(name: str, look: Look) -> None:
    assert look(SAMPLES / name).troubles == {(_NAME,): (Outcome.ENCRYPTED, Cause.NONE, "")}
    assert look(SAMPLES / name, passwords=("wrong", "Infected", "infecte")).troubles == {
        (_NAME,): (Outcome.ENCRYPTED, Cause.NONE, "")
    }
    looked = look(SAMPLES / name, passwords=("wrong", "infected"))
    assert looked.found == [(_NAME,)]
    assert not looked.troubles


@pytest.mark.parametrize("name", ["zip-aes256.zip", "zip-zipcrypto.zip"])
def test_altered_encrypted_data_are_never_called_read(name: str, look: Look) -> None:
    content = bytearray(_sample(name))
    content[30 + 11 + 40 + 20] ^= 1
    looked = look(bytes(content), passwords=("infected",))
    [ending] = looked.troubles.values()
    assert ending[0] in {Outcome.DAMAGED, Outcome.ENCRYPTED}


def _old_encrypted(content: bytes, password: bytes, check: int) -> bytes:
    """Encrypt with the old cipher, as APPNOTE.TXT 6.1 says it."""
    first, second, third = old_keys(password)
    out = bytearray()
    for byte in bytes(11) + bytes((check,)) + content:
        low = (third | 2) & 0xFFFF
        out.append(byte ^ (low * (low ^ 1) >> 8 & 0xFF))
        first = zlib.crc32(bytes((byte,)), first ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        third = zlib.crc32(bytes((second >> 24,)), third ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    return bytes(out)


@pytest.mark.parametrize("size", [1 << 10, 1100 << 10])
def test_old_cipher_small_and_large(size: int, look: Look) -> None:
    content = payload() + random.Random(3).randbytes(size)
    data = _old_encrypted(content, b"infected", _crc(content) >> 24)
    archive = made(Entry(data=data, size=len(content), crc=_crc(content), flags=1))
    looked = look(archive, passwords=("wrong", "infected"))
    assert looked.found == [(_NAME,)]
    assert not looked.troubles
    assert look(archive, passwords=("wrong",)).troubles == {(_NAME,): (Outcome.ENCRYPTED, Cause.NONE, "")}


def test_password_is_found_by_checksum_where_the_check_byte_fits_by_chance(look: Look) -> None:
    # One wrong password in 256 passes the check byte of the old cipher.
    wrong = tuple(f"password {number}" for number in range(2000))
    assert look(SAMPLES / "zip-zipcrypto.zip", passwords=(*wrong, "infected")).found == [(_NAME,)]


@pytest.mark.parametrize(
    ("method", "packed"),
    [
        (93, zstandard.compress(payload())),
        (20, zstandard.compress(payload()[:50]) + zstandard.compress(payload()[50:])),
        (95, lzma.compress(payload())),
        (12, bz2.compress(payload())),
    ],
)
def test_methods_that_few_tools_write(method: int, packed: bytes, look: Look) -> None:
    content = made(Entry(data=packed, method=method, size=len(payload()), crc=_crc(payload())))
    looked = look(content)
    assert looked.found == [(_NAME,)]
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 1}


@pytest.mark.parametrize("method", [10, 94, 96, 97, 55, 77])
def test_methods_that_are_not_read_are_told(method: int, look: Look) -> None:
    looked = look(made(Entry(data=b"x" * 40, method=method, size=50, crc=1)))
    [(chain, (outcome, cause, detail))] = looked.troubles.items()
    assert (chain, outcome, cause) == ((_NAME,), Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)
    assert str(method) in detail


_ZIP = deflated(payload())
_STORED = stored(payload())

_MALFORMED = {
    "bad CRC": made(deflated(payload(), local={"crc": 1}, central={"crc": 1})),
    "no central directory": without_directory(_ZIP),
    "prepended bytes": _NOISE[:1000] + made(_ZIP),
    "fake encrypted flag": made(deflated(payload(), flags=1)),
    "fake encrypted flag in one header": made(deflated(payload(), local={"flags": 1})),
    "fake encrypted flag, stored": made(stored(payload(), flags=1)),
    "trailing 70 kB": made(_ZIP) + _NOISE,
    "wrong sizes": made(deflated(payload(), local={"packed": 3, "size": 3}, central={"packed": 3, "size": 3})),
    "wrong sizes, too large": made(deflated(payload(), local={"size": 1 << 31}, central={"packed": 1 << 31})),
    "stored size of zero in one header": made(stored(payload(), local={"packed": 0})),
    "stored size of zero in the other header": made(stored(payload(), central={"packed": 0})),
    "method lie in the directory": made(deflated(payload(), central={"method": 0})),
    "method lie in front": made(deflated(payload(), local={"method": 0})),
    "method lie in both": made(deflated(payload(), local={"method": 0}, central={"method": 0})),
    "stored called deflated in both": made(stored(payload(), local={"method": 8}, central={"method": 8})),
    "unknown method in one": made(deflated(payload(), central={"method": 9999})),
    "two archives joined": made(_ZIP) + made(deflated(_OTHER)),
    "two archives joined, the other way": made(deflated(_OTHER)) + made(_ZIP),
    "only in front, not in the directory": made(deflated(_OTHER), deflated(payload(), in_directory=False)),
    "first, not in the directory": made(deflated(payload(), in_directory=False), deflated(_OTHER)),
    "only in the directory": made(deflated(payload(), has_header=False)),
    "mark of the local header lost": made(_ZIP).replace(b"PK\3\4", b"QQ\3\4"),
    "comment with a fake end": made(_ZIP, comment=b"PK\5\6" + bytes(18) + b"the end"),
    "count of zero": made(_ZIP, claimed=0),
    "count too large": made(_ZIP, claimed=7),
    "hidden behind the packed size": made(
        deflated(_OTHER, central={"packed": 400}, local={"packed": 400}), deflated(payload(), in_directory=False)
    ),
    "hidden in what is called encrypted": made(
        Entry(data=bytes(range(40)) + without_directory(_ZIP), flags=1, method=8, size=500, crc=1, name=b"locked")
    ),
}


@pytest.mark.parametrize("variant", _MALFORMED)
def test_malformed_archives_are_read(variant: str, look: Look) -> None:
    content = _MALFORMED[variant]
    looked = look(content)
    assert looked.found, (looked.ending, looked.troubles, looked.counts)


def test_malformed_aes(look: Look) -> None:
    content = _sample("zip-aes256.zip")
    assert look(content[: content.rfind(b"PK\1\2")], passwords=("infected",)).found


def test_bad_checksum_is_told_though_the_content_was_matched(look: Look) -> None:
    looked = look(_MALFORMED["bad CRC"])
    assert looked.troubles == {(_NAME,): (Outcome.DAMAGED, Cause.NONE, "checksum")}


def test_missing_directory_is_told(look: Look) -> None:
    assert look(_MALFORMED["no central directory"]).ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    assert look(_MALFORMED["count too large"]).ending[0] is Outcome.DAMAGED
    assert look(made(deflated(_OTHER), comment=b"PK\5\6 is the mark")).ending[0] is Outcome.SCANNED


def test_names_that_disagree_are_both_matched(look: Look) -> None:
    looked = look(made(deflated(payload(), central={"name": b"report.pdf"}, local={"name": b"report.exe"})))
    assert sorted(looked.found) == [(b"report.exe",), (b"report.pdf",)]


def test_stored_sizes_that_disagree_are_both_read(look: Look) -> None:
    looked = look(made(stored(_OTHER + payload(), local={"packed": len(_OTHER), "size": len(_OTHER)})))
    assert looked.found == [(_NAME,)]
    assert sum(looked.counts.values()) + len(looked.troubles) == 2


def test_duplicate_names_and_hostile_names_stay_as_they_are(look: Look) -> None:
    names = [b"../../x", b"/etc/passwd", b"CON", b"C:\\x", b"a\0b", b"\xff\xfe", b"..\\..\\x", b"x", b"x", b""]
    looked = look(made(*(stored(payload(), name=name) for name in names)))
    assert sorted(looked.found) == sorted((name,) for name in names)


def test_very_long_name_keeps_its_ends(look: Look) -> None:
    [(name,)] = look(made(stored(payload(), name=b"a" * 60_000 + b".exe"))).found
    assert name.startswith(b"aaa")
    assert name.endswith(b".exe")
    assert len(name) <= 1024


def test_links_are_read_as_the_text_they_are(look: Look) -> None:
    looked = look(made(stored(payload(), name=b"link", mode=0o120777)))
    assert looked.found == [(b"link",)]


def test_folders_are_no_members_unless_they_hold_something(look: Look) -> None:
    looked = look(made(stored(b"", name=b"folder/"), stored(payload(), name=b"odd/")))
    assert looked.found == [(b"odd/",)]
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 1}


def test_empty_archive_is_read(look: Look) -> None:
    assert look(made()).ending == (Outcome.SCANNED, Cause.NONE, "")


def test_sizes_behind_the_data_without_directory(look: Look) -> None:
    hidden = {"crc": 0, "packed": 0, "size": 0}
    descriptor = b"PK\7\x08" + struct.pack("<III", _crc(payload()), 0, len(payload()))
    entry = deflated(payload(), flags=8, local=hidden)
    entry.data += descriptor
    plain = stored(payload(), flags=8, local=hidden, name=b"plain")
    plain.data += descriptor
    looked = look(without_directory(plain, entry))
    assert looked.found == [(b"plain",), (_NAME,)]
    assert not looked.troubles


def test_zip_in_front_and_behind_other_things(look: Look) -> None:
    assert look(b"MZ" + _NOISE + made(_ZIP)).found
    inner = made(stored(made(stored(made(_ZIP), name=b"c.zip")), name=b"b.zip"))
    assert look(inner).found == [(b"b.zip", b"c.zip", _NAME)]


def test_what_looks_like_entries_in_a_program_is_no_promise(look: Look) -> None:
    # Tests of archivers, compiled, hold archives that are broken or encrypted on purpose.
    broken = made(deflated(_OTHER, local={"crc": 1}), Entry(data=b"?" * 60, flags=1, method=8, size=9, crc=1))
    program = b"\x7fELF" + _NOISE + broken + without_directory(_ZIP) + _NOISE[:300] + made(deflated(_OTHER))
    looked = look(program)
    assert looked.found == [(_NAME,)]
    assert (looked.ending, looked.troubles) == ((Outcome.SCANNED, Cause.NONE, ""), {})
    # What its directory leads to is.
    assert look(b"\x7fELF" + _NOISE + broken).troubles


def test_entries_in_a_stored_archive_are_not_read_twice(look: Look) -> None:
    looked = look(made(stored(made(_STORED), name=b"inner.zip")))
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 2}


def test_split_archives_are_told(look: Look) -> None:
    first = look(SAMPLES / "zip-split-first.z01")
    assert first.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    last = look(SAMPLES / "zip-split-last.zip")
    assert last.ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)
    assert last.troubles[b"noise.bin",][:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)
    assert last.found == [(b"zz-payload.txt",)]


def test_strong_encryption_is_told(look: Look) -> None:
    looked = look(made(Entry(data=b"?" * 99, flags=0x41, method=8, size=10, crc=1)), passwords=("infected",))
    assert looked.troubles[_NAME,][0] is Outcome.ENCRYPTED


def test_more_than_65535_entries_without_zip64(look: Look) -> None:
    content = made(*(stored(b"", name=b"%d" % number) for number in range(65_536)), stored(payload()))
    looked = look(content, limits=UnpackLimits(bytes_per_member=16))
    assert looked.found == [(_NAME,)]
    assert looked.ending == (Outcome.SCANNED, Cause.NONE, "")


def test_a_mark_near_the_end_is_no_archive(look: Look) -> None:
    assert look(b"\x7fELF" + _NOISE + b"PK\5\6" + bytes(40) + b"PK\3\4 and PK\1\2").ending[0] is Outcome.SCANNED


@pytest.mark.parametrize("name", ["zip-deflate.zip", "zip-stream.zip", "zip-stored.zip", "zip-zip64.zip"])
def test_cut_anywhere(name: str, look: Look) -> None:
    assert not dishonest(look, truncations(_sample(name)), {FileType.ZIP})


@pytest.mark.parametrize(
    "name",
    ["zip-deflate.zip", "zip-stream.zip", "zip-deflate64.zip", "zip-bzip2.zip", "zip-lzma.zip", "zip-xz.zip"],
)
def test_bits_turned_anywhere(name: str, look: Look) -> None:
    assert not dishonest(look, flips(_sample(name), 5, 400), {FileType.ZIP})


@pytest.mark.parametrize("name", ["zip-aes128.zip", "zip-zipcrypto.zip"])
def test_bits_turned_anywhere_in_what_is_encrypted(name: str, look: Look) -> None:
    def with_password(content: bytes | Path) -> object:
        return look(content, passwords=("infected",))

    assert not dishonest(with_password, flips(_sample(name), 6, 150), {FileType.ZIP})  # type: ignore[arg-type]


def test_header_that_lies_about_everything_ends(look: Look) -> None:
    ones = {"crc": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}
    looked = look(made(deflated(payload(), local=ones, central=ones)))
    assert looked.found == [(_NAME,)]


def test_offset_outside_of_the_archive_is_told(look: Look) -> None:
    looked = look(made(stored(payload(), central={"offset": 1 << 30})))
    assert looked.found
    assert any(ending[0] is Outcome.DAMAGED for ending in looked.troubles.values())


def test_python_writes_what_is_read(look: Look) -> None:
    import zipfile

    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_LZMA) as archive:
        with archive.open("forced.txt", "w", force_zip64=True) as member:
            member.write(payload())
        archive.writestr("café/é.txt", payload())
    assert look(written.getvalue()).found == [(b"forced.txt",), ("café/é.txt".encode(),)]


def test_local_header_alone_is_an_entry(look: Look) -> None:
    assert look(local_header(_STORED) + _STORED.data).found == [(_NAME,)]


def _prefixed(**fields: int) -> bytes:
    """Return a picture's beginning with an archive behind it whose end record says something else."""
    archive = bytearray(made(deflated(payload())))
    places = {"disk": 4, "first_disk": 6, "here": 8, "entries": 10}
    for name, number in fields.items():
        struct.pack_into("<H", archive, len(archive) - 22 + places[name], number)
    return b"\xff\xd8\xff\xe0" + b"j" * 500 + bytes(archive)


@pytest.mark.parametrize(
    "fields",
    [{"here": 0, "entries": 0}, {"disk": 2000, "first_disk": 2000}, {"disk": 7}, {"here": 0xFFFF}, {"entries": 40_000}],
    ids=str,
)
def test_counts_of_an_end_record_are_not_believed(fields: dict[str, int], look: Look) -> None:
    assert look(_prefixed(**fields)).found


@pytest.mark.parametrize("behind", [70_000, 900_000])
def test_prefixed_archive_with_much_behind(behind: int, look: Look) -> None:
    assert look(_prefixed() + b"x" * behind).found


def test_end_record_that_only_its_offset_makes_right(look: Look) -> None:
    content = bytearray(b"\1\2" * 60 + made(deflated(payload()))[:-22])
    directory = content.rindex(b"PK\x01\x02")
    content += b"between" * 3 + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0, 0, 9, directory, 0) + b"!" * 99
    assert look(bytes(content)).found


def test_mark_alone_is_no_archive() -> None:
    for content in (b"\1\2" * 90 + b"PK\x05\x06" + bytes(18), b"text PK\x05\x06 more text" * 9, _NOISE + b"PK\x05\x06"):
        assert FileType.ZIP not in MemorySource(b"x", content + bytes(20)).types
