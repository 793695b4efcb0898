"""A bundle is whole and exactly as announced, or it is refused with a sentence."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core import bundle as core
from medscan_gui.core.bundle import (
    AgeThresholds,
    BundleError,
    BundleProblem,
    bundle_age,
    canonical_manifest,
    verify_bundle,
)
from medscan_gui.core.sentences import SENTENCES
from medscan_gui.core.text import Words
from medscan_gui.core.words import SignatureAge

FILES = {
    "rules/a.yar": b"rule Self_Test { condition: filesize == 3 }\nrule two { condition: false }\n",
    "rules/b.yara": b"// rule no\nrule three { condition: false }\n",
}
CREATED = datetime(2026, 11, 21, tzinfo=UTC)


def document(files: dict[str, bytes] | None = None) -> dict[str, Any]:
    files = FILES if files is None else files
    entries = [
        {
            "path": path,
            "sha256": hashlib.sha256(source).hexdigest(),
            "size": len(source),
            "rules": source.count(b"{"),
            "licence": "Apache-2.0",
        }
        for path, source in sorted(files.items())
    ]
    return {
        "format": 1,
        "name": "test-base",
        "version": "2026.11.21",
        "created": "2026-11-21T00:00:00Z",
        "self_test_rule": "Self_Test",
        "rule_count": sum(int(str(entry["rules"])) for entry in entries),
        "files": entries,
    }


def refused(manifest: bytes | dict[str, Any], files: dict[str, bytes] | None = None) -> BundleError:
    raw = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    with pytest.raises(BundleError) as caught:
        verify_bundle(raw, FILES if files is None else files)
    assert caught.value.message.code == caught.value.code.value
    sentence = Words().sentence(caught.value.message)
    assert "[" not in sentence and "{" not in sentence, sentence
    return caught.value


def test_a_whole_bundle_is_returned_in_order() -> None:
    manifest = document()
    bundle = verify_bundle(json.dumps(manifest, indent=3).encode(), FILES)
    assert (bundle.name, bundle.version, bundle.created) == ("test-base", "2026.11.21", CREATED)
    assert bundle.rule_count == 3
    assert [(f.path, f.rules, f.licence, f.source) for f in bundle.files] == [
        ("rules/a.yar", 2, "Apache-2.0", FILES["rules/a.yar"]),
        ("rules/b.yara", 1, "Apache-2.0", FILES["rules/b.yara"]),
    ]
    assert bundle.digest == hashlib.sha256(canonical_manifest(manifest)).hexdigest()
    with pytest.raises(FrozenInstanceError):
        bundle.name = "other"  # type: ignore[misc]


def test_digest_depends_on_content_not_on_layout() -> None:
    manifest = document()
    compact = json.dumps(manifest, separators=(",", ":"), sort_keys=True).encode()
    spaced = json.dumps(dict(reversed(manifest.items())), indent=4).encode()
    assert verify_bundle(compact, FILES).digest == verify_bundle(spaced, FILES).digest
    manifest["version"] = "2026.11.22"
    assert verify_bundle(json.dumps(manifest).encode(), FILES).digest != verify_bundle(compact, FILES).digest


# ------------------------------------------------------------------------------------------------------- the files


def test_missing_file_refuses_everything() -> None:
    error = refused(document(), {"rules/a.yar": FILES["rules/a.yar"]})
    assert error.code is BundleProblem.MISSING_FILE
    assert error.message.param("path") == "rules/b.yara"


def test_extra_file_refuses_everything_and_is_escaped() -> None:
    error = refused(document(), {**FILES, "rules/\u202eevil\n.yar": b"rule x { condition: true }"})
    assert error.code is BundleProblem.EXTRA_FILE
    assert str(error.message.param("path")).isascii()
    assert str(error.message.param("path")).isprintable()


@pytest.mark.parametrize("change", [lambda s: s + b" ", lambda s: s[:-1], lambda s: s.swapcase(), lambda s: b""])
def test_altered_file_refuses_everything(change: Callable[[bytes], bytes]) -> None:
    error = refused(document(), {**FILES, "rules/b.yara": change(FILES["rules/b.yara"])})
    assert error.code is BundleProblem.ALTERED_FILE


@given(st.integers(0, len(FILES["rules/a.yar"]) - 1), st.integers(1, 255))
def test_any_one_changed_byte_is_noticed(place: int, change: int) -> None:
    source = bytearray(FILES["rules/a.yar"])
    source[place] ^= change
    assert refused(document(), {**FILES, "rules/a.yar": bytes(source)}).code is BundleProblem.ALTERED_FILE


def test_wrong_counts_are_refused() -> None:
    total = document()
    total["rule_count"] = 4
    assert refused(total).code is BundleProblem.WRONG_COUNT
    single = document()
    single["files"][0]["rules"] = 1
    single["files"][1]["rules"] = 2
    error = refused(single)
    assert (error.code, error.message.param("expected"), error.message.param("found")) == (
        BundleProblem.WRONG_COUNT,
        1,
        2,
    )


def test_file_that_is_no_rule_source_is_refused() -> None:
    files = {**FILES, "rules/c.yar": b"rule open { condition: true"}
    error = refused(document(files), files)
    assert (error.code, error.message.param("path")) == (BundleProblem.BAD_RULE_FILE, "rules/c.yar")


def test_bundle_without_its_self_test_is_refused() -> None:
    manifest = document()
    manifest["self_test_rule"] = "Other"
    assert refused(manifest).code is BundleProblem.NO_SELF_TEST


# ---------------------------------------------------------------------------------------------- hostile manifests


def test_newer_format_is_told_apart_from_a_bad_one() -> None:
    assert refused({**document(), "format": 3, "unknown": []}).code is BundleProblem.NEWER_FORMAT
    for value in (0, -1, True, "1", None, [1]):
        assert refused({**document(), "format": value}).code is BundleProblem.BAD_MANIFEST


@pytest.mark.parametrize(
    "path",
    [
        "/etc/a.yar", "C:/a.yar", "C:a.yar", "../a.yar", "rules/../a.yar", "rules//a.yar", "./a.yar", "rules\\a.yar",
        "rules/a.yar\0", "rules/a\0.yar", "rules/a.txt", "rules/.yar", "rules/.hidden.yar", "rules/a.yar/", "",
        "rules/con.yar", "rules/NUL/a.yar", "rules/lpt1.x.yar", "rules/\u00e9.yar", "rules/a .yar", "rules/a..yar/b",
        "rules./a.yar", "a" * 200 + ".yar", "rules/a.YAR", "//server/share/a.yar", "rules/a.yar:x.yar", "\ud800.yar",
    ],
)  # fmt: skip
def test_paths_out_of_bounds_are_refused(path: str) -> None:
    files = {path: FILES["rules/a.yar"]}
    assert refused(document(files), files).code is BundleProblem.BAD_MANIFEST


def test_paths_that_collide_on_windows_are_refused() -> None:
    files = {"rules/a.yar": FILES["rules/a.yar"], "rules/A.yar": FILES["rules/a.yar"]}
    assert refused(document(files), files).code is BundleProblem.BAD_MANIFEST


def test_one_path_twice_is_refused() -> None:
    manifest = document()
    manifest["files"].insert(0, manifest["files"][0])
    manifest["rule_count"] += 2
    assert refused(manifest).code is BundleProblem.BAD_MANIFEST


def test_files_out_of_order_are_refused() -> None:
    manifest = document()
    manifest["files"].reverse()
    assert refused(manifest).code is BundleProblem.BAD_MANIFEST


def test_duplicate_keys_are_refused() -> None:
    raw = json.dumps(document())
    assert refused(raw.replace('"format": 1', '"format": 1, "format": 1').encode()).code is BundleProblem.BAD_MANIFEST
    double = raw.replace('"rules": 2', '"rules": 9, "rules": 2', 1).encode()
    assert refused(double).code is BundleProblem.BAD_MANIFEST


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{}", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{\0}\0", b"{" * 100_000, b"[" * 100_000, b'{"format": 1e0}',
        b'{"format": NaN}', b'{"format": Infinity}', b'{"format": ' + b"9" * 100_000 + b"}", b'{"format": 1}',
        b'\xef\xbb\xbf{"format": 1}', b'{"format": 1} trailing', b'{"format": "\xc3\x28"}', b"{'format': 1}",
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(raw: bytes) -> None:
    assert refused(raw).code is BundleProblem.BAD_MANIFEST


def test_hundred_megabytes_are_refused_unread() -> None:
    error = refused(b" " * 100_000_000 + b"{}")
    assert (error.code, error.message.param("limit")) == (BundleProblem.TOO_LARGE, core.MAX_MANIFEST_BYTES)


@pytest.mark.parametrize("key", ["name", "version", "created", "self_test_rule", "rule_count", "files"])
@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "", "\0", "x\n", "é" * 3, [], {}, [1], ["x"], [[]]])
def test_wrong_values_in_the_head_are_refused(key: str, value: object) -> None:
    assert refused({**document(), key: value}).code is BundleProblem.BAD_MANIFEST


@pytest.mark.parametrize("key", ["path", "sha256", "size", "rules", "licence"])
@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "", "\0", "x\n", "É", [], {}])
def test_wrong_values_of_a_file_are_refused(key: str, value: object) -> None:
    manifest = document()
    manifest["files"][0][key] = value
    assert refused(manifest).code is BundleProblem.BAD_MANIFEST


@pytest.mark.parametrize("where", ["head", "file"])
def test_unknown_and_missing_keys_are_refused(where: str) -> None:
    for change in ("add", "remove"):
        manifest = document()
        part = manifest if where == "head" else manifest["files"][0]
        if change == "add":
            part["note"] = "x"
        else:
            del part["version" if where == "head" else "licence"]
        assert refused(manifest).code is BundleProblem.BAD_MANIFEST


@pytest.mark.parametrize(
    "created",
    ["2026-11-21", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-21T00:00:00+00:00", "0000-01-01T00:00:00Z"],
)
def test_impossible_dates_are_refused(created: str) -> None:
    assert refused({**document(), "created": created}).code is BundleProblem.BAD_MANIFEST


def test_upper_bounds() -> None:
    for key, limit in (("size", core.MAX_FILE_BYTES), ("rules", core.MAX_RULES)):
        manifest = document()
        manifest["files"][0][key] = limit + 1
        assert refused(manifest).code is BundleProblem.TOO_LARGE
    assert refused({**document(), "rule_count": core.MAX_RULES + 1}).code is BundleProblem.TOO_LARGE
    many = document()
    entry = many["files"][0]
    many["files"] = [{**entry, "path": f"r/{i:06}.yar"} for i in range(core.MAX_FILES + 1)]
    assert refused(many).code is BundleProblem.TOO_LARGE
    heavy = document()
    heavy["files"] = [{**entry, "path": f"r/{i}.yar", "size": core.MAX_FILE_BYTES} for i in range(5)]
    assert refused(heavy).code is BundleProblem.TOO_LARGE


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_bundle_error(raw: bytes) -> None:
    with pytest.raises(BundleError):
        verify_bundle(raw, FILES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(document())), JSON)
def test_any_value_anywhere_is_the_right_one_or_refused(key: str, value: object) -> None:
    manifest = document()
    original = manifest[key]
    manifest[key] = value
    try:
        bundle = verify_bundle(json.dumps(manifest).encode(), FILES)
    except BundleError:
        return
    assert bundle.rule_count == 3
    assert key in ("name", "version") or value == original


def test_every_problem_has_its_sentence() -> None:
    assert {problem.value for problem in BundleProblem} <= set(SENTENCES)


def test_errors_show_their_parameters_to_technicians() -> None:
    assert str(BundleError(BundleProblem.ALTERED_FILE, path="a.yar")) == "bundle.altered_file path='a.yar'"


# -------------------------------------------------------------------------------------------------------------- age


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, SignatureAge.FRESH), (7, SignatureAge.FRESH), (8, SignatureAge.AGEING), (30, SignatureAge.AGEING),
        (31, SignatureAge.OLD), (90, SignatureAge.OLD), (91, SignatureAge.VERY_OLD), (40_000, SignatureAge.VERY_OLD),
    ],
)  # fmt: skip
def test_age_in_words(days: int, expected: SignatureAge) -> None:
    age = bundle_age(CREATED, CREATED + timedelta(days=days, hours=23), AgeThresholds())
    assert (age.days, age.age_class, age.clock_doubtful) == (days, expected, False)


def test_a_clock_before_the_bundle_is_doubted() -> None:
    age = bundle_age(CREATED, datetime(2009, 1, 1, tzinfo=UTC), AgeThresholds())
    assert (age.days, age.clock_doubtful) == (0, True)
    assert not bundle_age(CREATED, CREATED, AgeThresholds()).clock_doubtful


def test_age_compares_instants_not_clock_faces() -> None:
    paris = timezone(timedelta(hours=1))
    assert not bundle_age(CREATED, datetime(2026, 11, 21, 1, 0, tzinfo=paris), AgeThresholds()).clock_doubtful
    assert bundle_age(CREATED, datetime(2026, 11, 21, 0, 59, tzinfo=paris), AgeThresholds()).clock_doubtful


def test_times_without_a_zone_are_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        bundle_age(CREATED, datetime(2026, 11, 22), AgeThresholds())  # noqa: DTZ001


def test_thresholds_are_the_callers_and_in_order() -> None:
    week = bundle_age(CREATED, CREATED + timedelta(days=3), AgeThresholds(1, 2, 3))
    assert week.age_class is SignatureAge.OLD
    for wrong in ((8, 7, 9), (1, 5, 4), (-1, 2, 3)):
        with pytest.raises(ValueError, match="thresholds"):
            AgeThresholds(*wrong)
