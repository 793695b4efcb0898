"""Bundles on disk: read within bounds and without following links; the manifest's writer is deterministic."""

import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medscan_gui.core import bundle as core
from medscan_gui.core.bundle import BundleError, BundleProblem, escape_path
from medscan_gui.store import bundles
from medscan_gui.store.bundles import main, read_bundle, write_manifest
from tests.samples import without_override

ROOT = Path(__file__).parents[2]
SELF_TEST = b"rule MedScan_EICAR_Test_File { condition: filesize == 3 }\n"
OTHER = b"rule a { condition: false }\nrule b { condition: false }\n"
CREATED = datetime(2026, 11, 21, tzinfo=UTC)

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX special files")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    place = tmp_path / "sign\u00e9tures"
    (place / "rules" / "more").mkdir(parents=True)
    (place / "rules" / "self.yar").write_bytes(SELF_TEST)
    (place / "rules" / "more" / "other.yar").write_bytes(OTHER)
    write_manifest(place, version="1", created=CREATED)
    return place


def refused(directory: Path) -> BundleError:
    with pytest.raises(BundleError) as caught:
        read_bundle(directory)
    return caught.value


def test_what_was_written_is_read(directory: Path) -> None:
    bundle = read_bundle(directory)
    assert (bundle.name, bundle.version, bundle.created, bundle.rule_count) == ("medscan-base", "1", CREATED, 3)
    assert [(f.path, f.source) for f in bundle.files] == [
        ("rules/more/other.yar", OTHER),
        ("rules/self.yar", SELF_TEST),
    ]


def test_same_input_gives_same_bytes(directory: Path, tmp_path: Path) -> None:
    first = (directory / "manifest.json").read_bytes()
    assert write_manifest(directory, version="1", created=CREATED) == read_bundle(directory)
    assert (directory / "manifest.json").read_bytes() == first
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    write_manifest(copy, version="1", created=CREATED)
    assert (copy / "manifest.json").read_bytes() == first
    assert b"\r" not in first and first.endswith(b"}\n")


def test_missing_manifest_and_missing_directory(directory: Path, tmp_path: Path) -> None:
    (directory / "manifest.json").unlink()
    assert refused(directory).code is BundleProblem.MISSING_MANIFEST
    assert refused(tmp_path / "nowhere").code is BundleProblem.MISSING_MANIFEST


def test_truncated_manifest(directory: Path) -> None:
    manifest = directory / "manifest.json"
    content = manifest.read_bytes()
    for length in (0, 1, len(content) // 2, len(content) - 3):
        manifest.write_bytes(content[:length])
        assert refused(directory).code is BundleProblem.BAD_MANIFEST


def test_removed_rule_file(directory: Path) -> None:
    (directory / "rules" / "more" / "other.yar").unlink()
    error = refused(directory)
    assert (error.code, error.message.param("path")) == (BundleProblem.MISSING_FILE, "rules/more/other.yar")


@pytest.mark.parametrize("name", ["extra.yar", "extra.YARA", "deep/extra.Yar"])
def test_added_rule_file(directory: Path, name: str) -> None:
    path = directory / "rules" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(OTHER)
    assert refused(directory).code is BundleProblem.EXTRA_FILE


def test_changed_rule_file(directory: Path) -> None:
    (directory / "rules" / "self.yar").write_bytes(SELF_TEST.replace(b"3", b"4"))
    assert refused(directory).code is BundleProblem.ALTERED_FILE


def test_line_ends_rewritten_by_a_copying_tool_are_noticed(directory: Path) -> None:
    (directory / "rules" / "self.yar").write_bytes(SELF_TEST.replace(b"\n", b"\r\n"))
    assert refused(directory).code is BundleProblem.ALTERED_FILE


def test_what_systems_leave_behind_is_ignored(directory: Path) -> None:
    for name in ("desktop.ini", ".DS_Store", "Thumbs.db", "self.yar.bak", "readme.txt"):
        (directory / "rules" / name).write_bytes(b"\0 anything")
    assert read_bundle(directory).rule_count == 3


def test_file_above_the_limit_is_not_read_whole(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "MAX_FILE_BYTES", len(OTHER) - 1)
    assert refused(directory).code is BundleProblem.TOO_LARGE


def test_sum_above_the_limit(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "MAX_TOTAL_BYTES", len(OTHER) + len(SELF_TEST) - 1)
    assert refused(directory).code is BundleProblem.TOO_LARGE


def test_sparse_giant_manifest(directory: Path) -> None:
    with (directory / "manifest.json").open("r+b") as stream:
        stream.truncate(100_000_000)
    assert refused(directory).code is BundleProblem.TOO_LARGE


def test_too_many_entries_and_too_deep(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = directory / "rules"
    for _ in range(bundles.MAX_DEPTH + 1):
        deep /= "d"
    deep.mkdir(parents=True)
    assert refused(directory).code is BundleProblem.TOO_LARGE
    shutil.rmtree(directory / "rules" / "d")
    monkeypatch.setattr(bundles, "MAX_ENTRIES", 3)
    assert refused(directory).code is BundleProblem.TOO_LARGE


def test_manifest_that_names_a_path_outside(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yar").write_bytes(OTHER)
    manifest = directory / "manifest.json"
    document = json.loads(manifest.read_bytes())
    document["files"][0]["path"] = "../outside.yar"
    manifest.write_text(json.dumps(document), encoding="utf-8")
    assert refused(directory).code is BundleProblem.BAD_MANIFEST


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("this system lets no ordinary user make links")


def test_links_are_refused_wherever_they_lead(directory: Path, tmp_path: Path) -> None:
    real = directory / "rules" / "self.yar"
    moved = tmp_path / "self.yar"
    real.rename(moved)
    _link(real, moved)
    assert refused(directory).code is BundleProblem.NOT_A_FILE
    real.unlink()
    moved.rename(real)
    _link(directory / "rules" / "again", directory / "rules")
    assert refused(directory).code is BundleProblem.NOT_A_FILE


def test_linked_manifest_is_refused(directory: Path, tmp_path: Path) -> None:
    manifest = directory / "manifest.json"
    manifest.rename(tmp_path / "m.json")
    _link(manifest, tmp_path / "m.json")
    assert refused(directory).code is BundleProblem.NOT_A_FILE
    (tmp_path / "m.json").unlink()  # now the link leads nowhere
    assert refused(directory).code is BundleProblem.NOT_A_FILE


def test_manifest_or_rule_that_is_a_folder(directory: Path) -> None:
    (directory / "rules" / "self.yar").unlink()
    (directory / "rules" / "self.yar").mkdir()
    assert refused(directory).code is BundleProblem.MISSING_FILE
    (directory / "manifest.json").unlink()
    (directory / "manifest.json").mkdir()
    assert refused(directory).code is BundleProblem.NOT_A_FILE


@posix_only
@pytest.mark.parametrize("name", ["rules/pipe.yar", "manifest.json"])
def test_a_pipe_does_not_hang_the_program(directory: Path, name: str) -> None:
    (directory / name).unlink(missing_ok=True)
    os.mkfifo(directory / name)
    assert refused(directory).code is BundleProblem.NOT_A_FILE


@posix_only
def test_a_socket_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory / "rules")  # a socket's address is at most 108 bytes long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.yar")
        assert refused(directory).code is BundleProblem.NOT_A_FILE


@posix_only
def test_hostile_names_are_escaped(directory: Path) -> None:
    name = b"\xff\n\x1b[31m\xe2\x80\xae.yar"
    (directory / "rules" / os.fsdecode(name)).write_bytes(OTHER)
    error = refused(directory)
    shown = str(error.message.param("path"))
    assert error.code is BundleProblem.EXTRA_FILE
    assert shown.isascii() and shown.isprintable()


def test_escaping_bounds_and_prints_anything() -> None:
    for hostile in ("a" * 40_000, "\udcff\ud800\0\x7f\u202e", "\\\n"):
        shown = escape_path(hostile)
        assert shown.isascii() and shown.isprintable() and len(shown) < 2000


@posix_only
@pytest.mark.parametrize("name", ["rules/self.yar", "manifest.json", "rules/more"])
def test_what_may_not_be_read_refuses_everything(directory: Path, name: str) -> None:
    command = without_override([sys.executable, "-m", "medscan_gui.store.bundles", "check", str(directory)])
    if command is None:
        pytest.skip("permissions do not bind this user")
    (directory / name).chmod(0)
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    (directory / name).chmod(0o700)
    assert done.returncode == 1
    assert f"bundle.unreadable detail='PermissionError' found=13 path='{name}'" in done.stderr


def test_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "signatures").write_bytes(b"x")
    assert refused(tmp_path / "signatures").code in (BundleProblem.MISSING_MANIFEST, BundleProblem.UNREADABLE)


def test_refused_writing_keeps_the_old_manifest(directory: Path) -> None:
    before = (directory / "manifest.json").read_bytes()
    (directory / "rules" / "bad.yar").write_bytes(b"rule open {")
    with pytest.raises(BundleError) as caught:
        write_manifest(directory, version="2", created=CREATED)
    assert caught.value.code is BundleProblem.BAD_RULE_FILE
    (directory / "rules" / "bad.yar").unlink()
    (directory / "rules" / "self.yar").unlink()
    with pytest.raises(BundleError) as caught:
        write_manifest(directory, version="2", created=CREATED)
    assert caught.value.code is BundleProblem.NO_SELF_TEST
    assert (directory / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in directory.iterdir()) == ["manifest.json", "rules"]


def test_command_line_writes_and_checks(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["write", str(directory), "--date", "2027-01-02"]) == 0
    bundle = read_bundle(directory)
    assert (bundle.version, bundle.created) == ("2027.01.02", datetime(2027, 1, 2, tzinfo=UTC))
    assert main(["write", str(directory), "--date", "2027-01-02", "--version", "7-beta"]) == 0
    assert read_bundle(directory).version == "7-beta"
    assert main(["check", str(directory)]) == 0
    assert read_bundle(directory).digest in capsys.readouterr().out
    (directory / "rules" / "self.yar").write_bytes(b"")
    assert main(["check", str(directory)]) == 1
    assert "bundle.altered_file" in capsys.readouterr().err


def test_command_runs_as_documented(directory: Path) -> None:
    command = [sys.executable, "-m", "medscan_gui.store.bundles", "write", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert (datetime.now(UTC) - read_bundle(directory).created).days in (0, 1)


def test_the_projects_own_manifest_is_true(tmp_path: Path) -> None:
    bundle = read_bundle(ROOT / "signatures")
    assert bundle.name == "medscan-base"
    assert bundle.self_test_rule == bundles.BASE_SELF_TEST
    copy = tmp_path / "signatures"
    shutil.copytree(ROOT / "signatures", copy)
    write_manifest(copy, version=bundle.version, created=bundle.created)
    assert (copy / "manifest.json").read_bytes() == (ROOT / "signatures" / "manifest.json").read_bytes()


def test_any_change_to_the_projects_own_rules_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "signatures"
    shutil.copytree(ROOT / "signatures", copy)
    for path in sorted(copy.rglob("*.yar")):
        content = path.read_bytes()
        path.write_bytes(content.replace(b"condition:", b"condition: not", 1))
        assert refused(copy).code is BundleProblem.ALTERED_FILE
        path.write_bytes(content)
    assert read_bundle(copy).rule_count == read_bundle(ROOT / "signatures").rule_count
