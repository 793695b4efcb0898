"""Signature bundles on disk: read one (bounded, no link followed) or write the manifest of the project's own.

`python -m medscan_gui.store.bundles write signatures` rewrites `manifest.json` from the rules there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medscan_gui.core import bundle as core
from medscan_gui.core.bundle import Bundle, BundleError, BundleProblem
from medscan_gui.core.hash_table import HashFile, HashTableError
from medscan_gui.core.rule_source import RuleSourceError, read_rule_source

BASE_NAME = "medscan-base"
BASE_LICENCE = "Apache-2.0"
BASE_SELF_TEST = "MedScan_EICAR_Test_File"

MAX_ENTRIES = 4 * core.MAX_FILES
"""Directory entries looked at in all, rule files or not."""
MAX_DEPTH = 8
"""Folders below the bundle's own."""

_PIECE = 4 << 20

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO put there instead of a file must not hang the program
)


def read_bundle(directory: Path) -> Bundle:
    """Read and verify the bundle in `directory`.

    Raises BundleError for everything that can be wrong with it, an unreadable disk included.
    """
    manifest_path = directory / core.MANIFEST_NAME
    if not os.path.lexists(manifest_path):
        raise BundleError(BundleProblem.MISSING_MANIFEST)
    manifest = _read_bounded(manifest_path, core.MANIFEST_NAME, core.MAX_MANIFEST_BYTES)
    paths = _found_paths(directory)
    return core.verify_bundle(manifest, _read_rules(directory, paths), _see_tables(directory, paths))


def read_rule_files(directory: Path) -> dict[str, bytes]:
    """Read every rule file below `directory`: relative path with forward slashes -> contents.

    Raises BundleError: NOT_A_FILE (link, device), TOO_LARGE, UNREADABLE.
    """
    return _read_rules(directory, _found_paths(directory))


def _found_paths(directory: Path) -> list[str]:
    return sorted(_bundle_paths(directory))


def _read_rules(directory: Path, paths: list[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for relative in filter(core.is_rule_name, paths):
        content = _read_bounded(directory / relative, relative, core.MAX_FILE_BYTES)
        total += len(content)
        if total > core.MAX_TOTAL_BYTES or len(files) >= core.MAX_FILES:
            raise BundleError(BundleProblem.TOO_LARGE, path=".", limit=core.MAX_TOTAL_BYTES)
        files[relative] = content
    return files


def _see_tables(directory: Path, paths: list[str]) -> dict[str, core.SeenTable]:
    """Return what every table of digests is; it is read through once and not kept."""
    seen = {}
    for relative in filter(core.is_table_name, paths):
        digest, size = hashlib.sha256(), 0
        for part in _read_through(directory / relative, relative, core.MAX_TABLE_BYTES):
            digest.update(part)
            size += len(part)
        place = str((directory / relative).absolute())
        seen[relative] = core.SeenTable(place=place, sha256=digest.hexdigest(), size=size)
    return seen


def write_manifest(directory: Path, *, version: str, created: datetime) -> Bundle:
    """Write the manifest of the rule files in `directory`, and return the bundle as the program will read it.

    The same files, version and date give the same bytes. Raises BundleError; the old manifest then stays.
    """
    paths = _found_paths(directory)
    files, tables = _read_rules(directory, paths), _see_tables(directory, paths)
    entries = [_manifest_entry(path, source) for path, source in files.items()]
    entries += [_table_entry(path, table) for path, table in tables.items()]
    entries.sort(key=lambda entry: str(entry["path"]))
    counted = {"hash_count": sum(entry.get("hashes", 0) for entry in entries)} if tables else {}
    document = {
        "format": core.FORMAT if tables else 1,
        "name": BASE_NAME,
        "version": version,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "self_test_rule": BASE_SELF_TEST,
        "rule_count": sum(entry.get("rules", 0) for entry in entries),
        **counted,
        "files": entries,
    }
    manifest = (json.dumps(document, indent=2, ensure_ascii=True) + "\n").encode("ascii")
    verified = core.verify_bundle(manifest, files, tables)
    _replace(directory / core.MANIFEST_NAME, manifest)
    return verified


def _manifest_entry(path: str, source: bytes) -> dict[str, Any]:
    try:
        rules = len(read_rule_source(source).rules)
    except RuleSourceError as error:
        raise BundleError(BundleProblem.BAD_RULE_FILE, path=path, detail=str(error)) from error
    return {
        "path": path,
        "sha256": hashlib.sha256(source).hexdigest(),
        "size": len(source),
        "rules": rules,
        "licence": BASE_LICENCE,
    }


def _table_entry(path: str, seen: core.SeenTable) -> dict[str, Any]:
    """Return what the manifest says of a table of our own making, once it is proven to be one."""
    try:
        table = HashFile(Path(seen.place).read_bytes())
        table.check_order()
    except (HashTableError, OSError) as error:
        raise BundleError(BundleProblem.BAD_RULE_FILE, path=path, detail=str(error)) from error
    return {
        "path": path,
        "sha256": seen.sha256,
        "size": seen.size,
        "hashes": table.count,
        "licence": BASE_LICENCE,
        "kind": (core.TableKind.ALLOW if table.allow else core.TableKind.HASHES).value,
    }


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _bundle_paths(directory: Path) -> Iterator[str]:
    """Yield rule files and tables of digests."""
    seen = 0
    pending = [("", 0)]
    while pending:
        prefix, depth = pending.pop()
        for entry in _list(directory / prefix, prefix):
            seen += 1
            if seen > MAX_ENTRIES:
                raise BundleError(BundleProblem.TOO_LARGE, path=core.escape_path(prefix), limit=MAX_ENTRIES)
            relative = f"{prefix}/{entry.name}" if prefix else entry.name
            if _is_folder(entry, relative):
                if depth >= MAX_DEPTH:
                    shown = core.escape_path(relative)
                    raise BundleError(BundleProblem.TOO_LARGE, path=shown, limit=MAX_DEPTH)
                pending.append((relative, depth + 1))
            elif core.is_rule_name(entry.name) or core.is_table_name(entry.name):
                yield relative


def _list(folder: Path, relative: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry, _ in zip(entries, range(MAX_ENTRIES + 1), strict=False)]
    except OSError as error:
        raise _unreadable(relative, error) from error


def _is_folder(entry: os.DirEntry[str], relative: str) -> bool:
    """Tell a folder from a file; a link or a junction is refused, wherever it leads."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        raise _unreadable(relative, error) from error
    if _is_link(status):
        raise BundleError(BundleProblem.NOT_A_FILE, path=core.escape_path(relative))
    return stat.S_ISDIR(status.st_mode)


def _is_link(status: os.stat_result) -> bool:
    reparse = getattr(status, "st_reparse_tag", 0) in _LINK_TAGS
    return stat.S_ISLNK(status.st_mode) or reparse


_LINK_TAGS = (0xA0000003, 0xA000000C)
"""IO_REPARSE_TAG_MOUNT_POINT and IO_REPARSE_TAG_SYMLINK (Windows SDK, winnt.h)."""


def _read_bounded(path: Path, relative: str, limit: int) -> bytes:
    """Read a whole regular file of at most `limit` bytes, without following a link."""
    return b"".join(_read_through(path, relative, limit))


def _read_through(path: Path, relative: str, limit: int) -> Iterator[bytes]:
    """Yield a regular file of at most `limit` bytes piece by piece, without following a link. Raises BundleError."""
    shown = core.escape_path(relative)
    try:
        if not stat.S_ISREG((status := path.lstat()).st_mode) or _is_link(status):
            raise BundleError(BundleProblem.NOT_A_FILE, path=shown)
        descriptor = os.open(path, _OPEN_FLAGS)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # replaced since lstat
                raise BundleError(BundleProblem.NOT_A_FILE, path=shown)
            left = limit
            while part := stream.read(min(_PIECE, left + 1)):
                left -= len(part)
                if left < 0:
                    raise BundleError(BundleProblem.TOO_LARGE, path=shown, limit=limit)
                yield part
    except OSError as error:
        raise _unreadable(relative, error) from error


def _unreadable(relative: str, error: OSError) -> BundleError:
    shown = core.escape_path(relative)
    return BundleError(BundleProblem.UNREADABLE, path=shown, detail=type(error).__name__, found=error.errno or 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check a bundle's manifest from the command line; give the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m medscan_gui.store.bundles", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="count, hash and write manifest.json")
    write.add_argument("directory", type=Path)
    write.add_argument("--date", type=_date, default=None, help="YYYY-MM-DD, default: today (UTC)")
    write.add_argument("--version", default=None, help="default: the date as YYYY.MM.DD")
    check = commands.add_parser("check", help="verify a bundle as the program does at start")
    check.add_argument("directory", type=Path)
    options = parser.parse_args(arguments)
    try:
        verified = read_bundle(options.directory) if options.command == "check" else _write(options)
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{verified.name} {verified.version}: {verified.rule_count} rules, {verified.digest}\n")
    return 0


def _write(options: argparse.Namespace) -> Bundle:
    created: datetime = options.date or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return write_manifest(options.directory, version=options.version or created.strftime("%Y.%m.%d"), created=created)


def _date(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
