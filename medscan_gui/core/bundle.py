"""A bundle of signatures: bytes in, verified objects out.

A bundle is a manifest and the rule files it names. Either every byte is what the manifest says, or there is
no bundle at all: a scan with a part of the rules would look like a whole one.
No file is read here; `medscan_gui.store.bundles` does that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from medscan_gui.core.messages import MedScanError, Message, Parameter
from medscan_gui.core.rule_source import RuleSourceError, read_rule_source
from medscan_gui.core.words import SignatureAge

FORMAT = 2
"""The newest manifest format this program reads; it is written where there are tables of digests, else 1."""

MANIFEST_NAME = "manifest.json"
RULE_SUFFIXES = (".yar", ".yara")
TABLE_SUFFIX = ".hashes"

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_FILES = 10_000
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_RULES = 1_000_000
MAX_TABLE_BYTES = 1 << 30
MAX_HASHES = 100_000_000
MAX_PATH_CHARS = 180
"""Short enough that folder + path stays under the 260 characters of older Windows."""
MAX_DIGITS = 12
"""Longest integer a manifest may hold, in digits."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+() -]{0,99}")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.ASCII)

_MANIFEST_KEYS = frozenset({"format", "name", "version", "created", "self_test_rule", "rule_count", "files"})
_FILE_KEYS = frozenset({"path", "sha256", "size", "rules", "licence"})
#: Of a table of digests, and of the manifest that has any (format 2).
_TABLE_KEYS = frozenset({"path", "sha256", "size", "hashes", "licence", "kind"})
_COUNTED_KEYS = _MANIFEST_KEYS | {"hash_count"}


class BundleProblem(StrEnum):
    """Why a bundle was refused. Each value is the message code of the sentence for the operator."""

    MISSING_MANIFEST = "bundle.missing_manifest"
    BAD_MANIFEST = "bundle.bad_manifest"
    NEWER_FORMAT = "bundle.newer_format"
    MISSING_FILE = "bundle.missing_file"
    EXTRA_FILE = "bundle.extra_file"
    ALTERED_FILE = "bundle.altered_file"
    BAD_RULE_FILE = "bundle.bad_rule_file"
    WRONG_COUNT = "bundle.wrong_count"
    NO_SELF_TEST = "bundle.no_self_test"
    TOO_LARGE = "bundle.too_large"
    NOT_A_FILE = "bundle.not_a_file"
    UNREADABLE = "bundle.unreadable"


class BundleError(MedScanError):
    """A bundle that must not be used: `code` says why, `message` is the sentence for the operator.

    Parameters are bounded and printable: `path` (a checked or escaped relative path), `detail` (our own English
    words, for the technical line), `rule`, and the integers `limit`, `found` and `expected`.
    """

    def __init__(self, code: BundleProblem, **params: Parameter) -> None:
        super().__init__(Message.of(code.value, **params))
        self.code = code

    def __str__(self) -> str:
        shown = (f"{key}={value!r}" for key, value in self.message.params)
        return " ".join([self.code.value, *shown])


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One verified rule file. `path` is relative, with forward slashes; `size` in bytes; `rules` counted."""

    path: str
    sha256: str
    size: int
    rules: int
    licence: str
    source: bytes


class TableKind(StrEnum):
    """What the contents of a table of digests are."""

    HASHES = "hashes"
    #: Harmless: what matches in them is accepted.
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table of digests whose SHA-256 and size are as told; `hashes` is what the manifest says it holds.

    It stays on disk: whoever maps it compares it again. `place` is where it was found, for a process of MedScan.
    """

    path: str
    sha256: str
    size: int
    hashes: int
    licence: str
    kind: TableKind
    place: str


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table of digests as it lies on disk."""

    place: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified set of signatures. `digest`, the SHA-256 (hex) of the canonical manifest, names the set."""

    name: str
    version: str
    created: datetime
    rule_count: int
    self_test_rule: str
    files: tuple[RuleFile, ...]
    digest: str
    tables: tuple[TableFile, ...] = ()

    @property
    def hash_count(self) -> int:
        """Digests in all tables."""
        return sum(table.hashes for table in self.tables)


def escape_path(path: str) -> str:
    """Make a hostile path printable ASCII of bounded length, for an error's parameters."""
    return path[:MAX_PATH_CHARS].encode("unicode_escape").decode("ascii")


def check_rule_path(path: str) -> None:
    """Refuse a path that is not plain, relative, portable and a rule file's or a table's.

    Raises BundleError(BAD_MANIFEST): absolute, `..`, backslash, NUL, non-ASCII, reserved in Windows, long
    """
    segments = path.split("/")
    good = (
        len(path) <= MAX_PATH_CHARS
        and path.endswith((*RULE_SUFFIXES, TABLE_SUFFIX))
        and all(_SEGMENT.fullmatch(s) and not _RESERVED.fullmatch(s) for s in segments)
    )
    if not good:
        raise BundleError(BundleProblem.BAD_MANIFEST, detail="path not allowed", path=escape_path(path))


def is_rule_name(name: str) -> bool:
    """Say whether a file of this name counts as a rule file, so must stand in the manifest."""
    return name.lower().endswith(RULE_SUFFIXES)


def is_table_name(name: str) -> bool:
    """Say whether a file of this name counts as a table of digests, so must stand in the manifest."""
    return name.lower().endswith(TABLE_SUFFIX)


def verify_bundle(manifest: bytes, files: Mapping[str, bytes], tables: Mapping[str, SeenTable] | None = None) -> Bundle:
    """Check everything the manifest says of the files, and return the bundle.

    `files` maps relative paths (forward slashes) to contents, and holds every rule file that was found; `tables`
    does so for the tables of digests, which are compared and not opened: only a worker reads what is in them.
    Raises BundleError; never returns a smaller set.
    """
    document = parse_manifest(manifest)
    entries: list[dict[str, Any]] = [entry for entry in document["files"] if "kind" not in entry]
    table_entries: list[dict[str, Any]] = [entry for entry in document["files"] if "kind" in entry]
    seen = tables or {}
    _check_same_files({entry["path"] for entry in document["files"]}, {*files, *seen})
    rule_files = []
    names: set[str] = set()
    for entry in entries:
        source = files[entry["path"]]
        names.update(_check_file(entry, source))
        rule_files.append(RuleFile(source=source, **entry))
    if document["self_test_rule"] not in names:
        raise BundleError(BundleProblem.NO_SELF_TEST, rule=document["self_test_rule"])
    return Bundle(
        name=document["name"],
        version=document["version"],
        created=_parse_created(document["created"]),
        rule_count=document["rule_count"],
        self_test_rule=document["self_test_rule"],
        files=tuple(rule_files),
        digest=hashlib.sha256(canonical_manifest(document)).hexdigest(),
        tables=tuple(_table_file(entry, seen) for entry in table_entries),
    )


def _table_file(entry: Mapping[str, Any], seen: Mapping[str, SeenTable]) -> TableFile:
    table = seen.get(entry["path"])
    if table is None or (table.sha256, table.size) != (entry["sha256"], entry["size"]):
        raise BundleError(BundleProblem.ALTERED_FILE, path=str(entry["path"]))
    return TableFile(**{**entry, "kind": TableKind(entry["kind"])}, place=table.place)


def canonical_manifest(document: Mapping[str, Any]) -> bytes:
    """Give the one byte form of a manifest, which the digest is taken over: sorted keys, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def parse_manifest(manifest: bytes) -> dict[str, Any]:
    """Read a hostile manifest into a checked document (exact keys, types, ranges, order).

    Raises BundleError: TOO_LARGE, NEWER_FORMAT, BAD_MANIFEST, WRONG_COUNT.
    """
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise BundleError(BundleProblem.TOO_LARGE, path=MANIFEST_NAME, limit=MAX_MANIFEST_BYTES)
    document = _load_json(manifest)
    if not isinstance(document, dict):
        raise _bad("not an object")
    number = document.get("format")
    if type(number) is int and number > FORMAT:
        raise BundleError(BundleProblem.NEWER_FORMAT, found=number, expected=FORMAT)
    if type(number) is not int or number not in {1, FORMAT}:
        raise _bad("format")
    _check_keys(document, _COUNTED_KEYS if number > 1 else _MANIFEST_KEYS)
    _check_head(document)
    _check_entries(document["files"], tables=number > 1)
    _check_total(document, "rule_count", "rules")
    if number > 1:
        _check_total(document, "hash_count", "hashes")
    return document


def _check_total(document: Mapping[str, Any], key: str, part: str) -> None:
    total = sum(entry.get(part, 0) for entry in document["files"])
    if document[key] != total:
        raise BundleError(BundleProblem.WRONG_COUNT, path=MANIFEST_NAME, expected=document[key], found=total)


def _load_json(manifest: bytes) -> object:
    try:
        return json.loads(
            manifest.decode("utf-8"),
            object_pairs_hook=_unique_pairs,
            parse_int=_bounded_int,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise _bad("not readable as strict JSON") from error


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("a key stands twice")
    return unique


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("number too long")
    return int(digits)


def _no_float(text: str) -> float:
    raise ValueError(f"not an integer: {text[:20]}")


def _bad(detail: str) -> BundleError:
    return BundleError(BundleProblem.BAD_MANIFEST, detail=detail)


def _check_keys(document: Mapping[str, object], expected: frozenset[str]) -> None:
    if document.keys() != expected:
        raise _bad("unknown or missing keys")


def _check_text(document: Mapping[str, object], key: str, pattern: re.Pattern[str]) -> None:
    value = document[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _bad(key)


def _check_number(document: Mapping[str, object], key: str, limit: int) -> None:
    value = document[key]
    if type(value) is not int or value < 1:  # bool is an int to isinstance
        raise _bad(key)
    if value > limit:
        raise BundleError(BundleProblem.TOO_LARGE, path=MANIFEST_NAME, detail=key, limit=limit)


def _check_head(document: Mapping[str, object]) -> None:
    _check_text(document, "name", _NAME)
    _check_text(document, "version", _VERSION)
    _check_text(document, "created", _CREATED)
    _check_text(document, "self_test_rule", _IDENTIFIER)
    _check_number(document, "rule_count", MAX_RULES)
    if "hash_count" in document:
        _check_number(document, "hash_count", MAX_HASHES)
    _parse_created(str(document["created"]))


def _parse_created(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _bad("created") from error


def _check_entries(entries: object, *, tables: bool) -> None:
    if not isinstance(entries, list) or not entries:
        raise _bad("files")
    if len(entries) > MAX_FILES:
        raise BundleError(BundleProblem.TOO_LARGE, path=MANIFEST_NAME, detail="files", limit=MAX_FILES)
    for entry in entries:
        if not isinstance(entry, dict):
            raise _bad("files")
        check = _check_table_entry if tables and "kind" in entry else _check_entry
        check(entry)
    paths = [entry["path"] for entry in entries]
    if len({path.casefold() for path in paths}) != len(paths):
        raise _bad("a path stands twice, or twice but for its case")
    if paths != sorted(paths):
        raise _bad("files not in order")
    if sum(entry["size"] for entry in entries if "rules" in entry) > MAX_TOTAL_BYTES:
        raise BundleError(BundleProblem.TOO_LARGE, path=MANIFEST_NAME, detail="size", limit=MAX_TOTAL_BYTES)


def _check_entry(entry: Mapping[str, object]) -> None:
    _check_keys(entry, _FILE_KEYS)
    _check_file_words(entry, is_rule_name)
    _check_number(entry, "size", MAX_FILE_BYTES)
    _check_number(entry, "rules", MAX_RULES)


def _check_table_entry(entry: Mapping[str, object]) -> None:
    _check_keys(entry, _TABLE_KEYS)
    _check_file_words(entry, is_table_name)
    _check_number(entry, "size", MAX_TABLE_BYTES)
    _check_number(entry, "hashes", MAX_HASHES)
    if entry["kind"] not in set(TableKind):
        raise _bad("kind")


def _check_file_words(entry: Mapping[str, object], is_named_so: Callable[[str], bool]) -> None:
    path = entry["path"]
    if not isinstance(path, str):
        raise _bad("path")
    check_rule_path(path)
    if not is_named_so(path):
        raise _bad("path")
    _check_text(entry, "sha256", _SHA256)
    _check_text(entry, "licence", _LICENCE)


def _check_same_files(named: set[str], files: set[str]) -> None:
    """Report the first difference in order, so that the same bundle gives the same sentence."""
    for path in sorted(named - files):
        raise BundleError(BundleProblem.MISSING_FILE, path=path)
    for path in sorted(files - named):
        raise BundleError(BundleProblem.EXTRA_FILE, path=escape_path(path))


def _check_file(entry: Mapping[str, Any], source: bytes) -> tuple[str, ...]:
    path = str(entry["path"])
    if len(source) != entry["size"] or hashlib.sha256(source).hexdigest() != entry["sha256"]:
        raise BundleError(BundleProblem.ALTERED_FILE, path=path)
    try:
        rules = read_rule_source(source).rules
    except RuleSourceError as error:
        raise BundleError(BundleProblem.BAD_RULE_FILE, path=path, detail=str(error)) from error
    if len(rules) != entry["rules"]:
        raise BundleError(BundleProblem.WRONG_COUNT, path=path, expected=entry["rules"], found=len(rules))
    return rules


@dataclass(frozen=True, slots=True)
class AgeThresholds:
    """Last day (inclusive) of each class; beyond `old_days` a bundle is VERY_OLD."""

    fresh_days: int = 7
    ageing_days: int = 30
    old_days: int = 90

    def __post_init__(self) -> None:
        if not 0 <= self.fresh_days <= self.ageing_days <= self.old_days:
            raise ValueError("age thresholds must not decrease")


@dataclass(frozen=True, slots=True)
class BundleAge:
    """Whole days since the bundle was made. `clock_doubtful`: this computer's clock is before that date.

    The class changes how far a clean scan can be believed, not what is found.
    """

    days: int
    age_class: SignatureAge
    clock_doubtful: bool


def bundle_age(created: datetime, now: datetime, thresholds: AgeThresholds) -> BundleAge:
    """Give the age at `now`. Both times carry a time zone (ValueError otherwise)."""
    if created.tzinfo is None or now.tzinfo is None:
        raise ValueError("times need a time zone")
    days = max(0, (now - created).days)
    return BundleAge(days, _age_class(days, thresholds), clock_doubtful=now < created)


def _age_class(days: int, thresholds: AgeThresholds) -> SignatureAge:
    if days <= thresholds.fresh_days:
        return SignatureAge.FRESH
    if days <= thresholds.ageing_days:
        return SignatureAge.AGEING
    if days <= thresholds.old_days:
        return SignatureAge.OLD
    return SignatureAge.VERY_OLD
