"""Digests of known contents, from the text list to the finding of a real scan."""

import hashlib
import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.bundle import Bundle, BundleError, BundleProblem
from medscan_gui.core.hash_pack import Packer
from medscan_gui.core.hash_table import SELF_TEST_SAMPLE, HashFile
from medscan_gui.core.words import Fate, Stop
from medscan_gui.engine.limits import LARGE_FILE
from medscan_gui.engine.match import hashes
from medscan_gui.engine.match.base import RulesRefusedError
from medscan_gui.engine.match.hashes import HashMatcher, open_table
from medscan_gui.engine.orders import Extras, load_order
from medscan_gui.engine.pe_sections import layout_of, section_ranges
from medscan_gui.engine.protocol import Load, TableOrder
from medscan_gui.engine.unpack.source import MemorySource
from medscan_gui.store import bundles
from tests.engine.programs_made import pe
from tests.engine.scanning import MARKER, MARKER_RULE, job, sample_rule, scan
from tests.samples import payload

WHOLE = payload()
PROGRAM = pe(sections=[(b".text", bytes(range(256)) * 3), (b".data", payload())])


def hexed(content: bytes, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def packed(*lines: str, allow: bool = False) -> bytes:
    packer = Packer(author="tests, CC0-1.0", allow=allow)
    packer.add_lines(line.encode() for line in lines)
    return packer.pack()


def bundle_in(folder: Path, **tables: bytes) -> Bundle:
    """A bundle on disk, read as the program reads its own."""
    folder.mkdir(exist_ok=True)
    rules = sample_rule().replace("Test_Sample", bundles.BASE_SELF_TEST)
    (folder / "own.yar").write_text(f"{rules}\n{MARKER_RULE}\n", encoding="utf-8")
    for name, content in tables.items():
        (folder / f"{name}.hashes").write_bytes(content)
    bundles.write_manifest(folder, version="1", created=datetime(2026, 11, 21, tzinfo=UTC))
    return bundles.read_bundle(folder)


def section_of(program: bytes, number: int) -> bytes:
    layout = layout_of(MemorySource(b"", program).read_at, len(program))
    assert layout is not None
    part = list(section_ranges(layout))[number]
    return program[part.start : part.start + part.size]


def zipped(content: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.bin", content)
    return into.getvalue()


def test_files_members_and_sections_of_a_scan(tmp_path: Path) -> None:
    large = WHOLE * (LARGE_FILE // len(WHOLE) + 1)
    section = section_of(PROGRAM, 1)
    table = packed(
        f"{hexed(WHOLE)}:{len(WHOLE)}:Test.Whole",
        f"{hexed(large, 'md5')}:{len(large)}:Test.Large",
        f"{len(section)}:{hexed(section, 'md5')}:PUA.Test.Section",
    )
    bundle = bundle_in(tmp_path / "signatures", known=table)
    assert bundle.hash_count == HashFile(table).count == 6
    target = tmp_path / "target"
    target.mkdir()
    (target / "whole.txt").write_bytes(WHOLE)
    (target / "almost.txt").write_bytes(WHOLE[:-1] + b"?")
    (target / "large.bin").write_bytes(large)
    (target / "program.exe").write_bytes(PROGRAM + b"another end")
    (target / "archive.zip").write_bytes(zipped(WHOLE))
    told = scan(job(target, bundle=bundle))
    assert told.stop is Stop.COMPLETED
    assert [proof.hashes_loaded for proof in told.ended.engines] == [6]
    found = {(Path(f.chain[0].decode()).name, *f.chain[1:]): f for f in told.findings}
    assert {place: finding.rule for place, finding in found.items()} == {
        ("whole.txt",): "Test.Whole",
        ("large.bin",): "Test.Large",
        ("program.exe",): "PUA.Test.Section",
        ("archive.zip", b"inside.bin"): "Test.Whole",
    }
    whole = found["whole.txt",]
    assert (whole.engine, whole.sha256, whole.author, whole.rule_file) == (
        "hashes",
        hexed(WHOLE),
        "tests, CC0-1.0",
        "known.hashes",
    )


def test_harmless_contents_are_told_and_accepted(tmp_path: Path) -> None:
    marked = b"a document of the hospital with " + MARKER
    other = marked + b", and another one"
    allow = packed(f"{hexed(marked)}:{len(marked)}:Hospital form 12", allow=True)
    target = tmp_path / "target"
    target.mkdir()
    (target / "form.txt").write_bytes(marked)
    (target / "other.txt").write_bytes(other)
    (target / "forms.zip").write_bytes(zipped(marked))
    told = scan(job(target, bundle=bundle_in(tmp_path / "signatures", allowed=allow)))
    fates = {(Path(f.chain[0].decode()).name, f.rule): f.fate for f in told.findings}
    assert fates == {
        ("form.txt", "Marker"): Fate.ACCEPTED,
        ("forms.zip", "Marker"): Fate.ACCEPTED,
        ("other.txt", "Marker"): Fate.IN_PLACE,
    }


def test_a_bundle_without_tables_is_as_before(tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path / "signatures")
    assert (bundle.tables, bundle.hash_count) == ((), 0)
    assert b'"format": 1' in (tmp_path / "signatures" / "manifest.json").read_bytes()


def test_altered_missing_and_additional_tables_refuse_the_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "signatures"
    bundle_in(folder, known=packed(f"{hexed(WHOLE)}:{len(WHOLE)}:Test"))
    table = folder / "known.hashes"
    content = table.read_bytes()

    def problem() -> BundleProblem:
        with pytest.raises(BundleError) as caught:
            bundles.read_bundle(folder)
        return caught.value.code

    table.write_bytes(content[:-1] + b"?")
    assert problem() is BundleProblem.ALTERED_FILE
    table.unlink()
    assert problem() is BundleProblem.MISSING_FILE
    table.write_bytes(content)
    bundles.read_bundle(folder)
    (folder / "another.hashes").write_bytes(content)
    assert problem() is BundleProblem.EXTRA_FILE


@pytest.mark.parametrize("late", ["altered", "gone", "link"])
def test_a_table_that_changes_after_it_was_verified_stops_the_scan(late: str, tmp_path: Path) -> None:
    bundle = bundle_in(tmp_path / "signatures", known=packed(f"{hexed(WHOLE)}:{len(WHOLE)}:Test"))
    table = tmp_path / "signatures" / "known.hashes"
    content = table.read_bytes()
    table.unlink()
    if late == "altered":
        table.write_bytes(content[:-1] + b"?")
    elif late == "link":
        (tmp_path / "elsewhere").write_bytes(content)
        try:
            table.symlink_to(tmp_path / "elsewhere")
        except OSError:
            pytest.skip("no links here")
    (tmp_path / "target").mkdir()
    told = scan(job(tmp_path / "target", bundle=bundle))
    assert told.stop is Stop.SIGNATURES_REFUSED
    assert told.refused == ["engine.rule_file_refused"]


def order_for(path: Path, content: bytes, **other: object) -> TableOrder:
    bundle = bundle_in(path, known=content)
    load = msgspec.json.decode(load_order(bundle, job(path).limits, Extras()), type=Load)
    return msgspec.structs.replace(load.tables[0], **other)


@pytest.mark.parametrize("other", [{"hashes": 5}, {"kind": "allow"}, {"size": 10}, {"sha256": "0" * 64}])
def test_a_table_that_is_not_what_the_manifest_says(other: dict[str, object], tmp_path: Path) -> None:
    content = packed(f"{hexed(WHOLE)}:{len(WHOLE)}:Test")
    if "kind" in other:
        other = {"kind": msgspec.convert("allow", type=type(order_for(tmp_path, content).kind))}
    with pytest.raises(RulesRefusedError):
        open_table(order_for(tmp_path, content, **other))


def test_a_large_table_is_mapped_and_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_READ_UP_TO", 1000)
    lines = [f"{hexed(b'%d' % number, 'md5')}:{number % 5000 + 1}:Test.{number % 50}" for number in range(20_000)]
    content = packed(*lines)
    file = open_table(order_for(tmp_path, content))
    number = 12_345
    assert HashFile(content).count == file.count
    found = file.tables[0].find(hashlib.md5(b"%d" % number, usedforsecurity=False).digest(), number % 5000 + 1)
    assert found == f"Test.{number % 50}"


def test_a_table_that_misses_its_own_sample_is_no_proof() -> None:
    content = bytearray(packed(f"{hexed(WHOLE)}:{len(WHOLE)}:Test"))
    assert HashMatcher([("a", HashFile(bytes(content)))]).proves_itself()
    sample = content.find(hashlib.sha256(SELF_TEST_SAMPLE).digest())
    assert sample > 0
    content[sample] ^= 1
    assert not HashMatcher([("a", HashFile(bytes(content)))]).proves_itself()


class Unread(MemorySource):
    """A content that must not be read."""

    def read_at(self, position: int, size: int) -> bytes:
        raise AssertionError((position, size))


def test_a_content_of_another_size_is_not_read() -> None:
    matcher = HashMatcher([("a", HashFile(packed(f"{hexed(WHOLE)}:{len(WHOLE)}:Test")))])
    assert matcher.matches(Unread(b"", b"x" * 5000)) == []


# Beside ClamAV ----------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("clamscan"), reason="clamscan is not here")
@pytest.mark.parametrize("kind", ["hdb", "hsb", "mdb", "msb"])
def test_clamscan_finds_the_same(kind: str, tmp_path: Path) -> None:
    """The same list, given to both: the same files are found under the same names."""
    files = {
        "whole.txt": WHOLE,
        "almost.txt": WHOLE + b"x",
        "program.exe": PROGRAM,
        "longer.exe": PROGRAM + b"an overlay",
        "other.exe": pe(sections=[(b".text", b"other" * 100)]),
        "uneven.exe": pe(sections=[(b".text", b"uneven" * 9), (b".data", b"y" * 700)]),
    }
    algorithm = "md5" if kind in {"hdb", "mdb"} else "sha256"
    if kind in {"hdb", "hsb"}:
        lines = [
            f"{hexed(files[name], algorithm)}:{len(files[name])}:Test.{name}" for name in ("whole.txt", "other.exe")
        ]
    else:
        parts = {"data": section_of(PROGRAM, 1), "uneven": section_of(files["uneven.exe"], 1)}
        lines = [f"{len(part)}:{hexed(part, algorithm)}:Test.{name}" for name, part in parts.items()]
    database = tmp_path / f"test.{kind}"
    database.write_text("\n".join(lines) + "\n", encoding="ascii")
    target = tmp_path / "target"
    target.mkdir()
    for name, content in files.items():
        (target / name).write_bytes(content)
    told = subprocess.run(
        ["clamscan", "--no-summary", "--infected", "-d", str(database), "-r", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    theirs = set()
    for line in told.stdout.splitlines():
        path, _, name = line.removesuffix(" FOUND").rpartition(": ")
        theirs.add((Path(path).name, name.removesuffix(".UNOFFICIAL")))
    matcher = HashMatcher([("a", HashFile(packed(*lines)))])
    ours = {
        (name, match.rule)
        for name, content in files.items()
        for match in matcher.matches(MemorySource(name.encode(), content))
    }
    assert theirs
    assert ours == theirs
