"""Hostile names: shown without deceiving, stored without loss."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.names import path_of, raw_bytes, shown, shown_chain, shown_raw


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rapport été.pdf", "rapport été.pdf"),
        ("facture\u202egnp.exe", "facture<U+202E>gnp.exe"),
        ("a\x1b[31mred", "a<U+001B>[31mred"),
        ("one\ntwo\r", "one<U+000A>two<U+000D>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("\udce9t\udce9", "<0xE9>t<0xE9>"),
        ("lone \ud800", "lone <U+D800>"),
        ("line\u2028sep", "line<U+2028>sep"),
        ("filler\u3164", "filler<U+3164>"),
        ("\U000e0041tag", "<U+E0041>tag"),
        ("", ""),
    ],
)
def test_shown(name: str, expected: str) -> None:
    assert shown(name) == expected


def test_raw_bytes_that_are_no_text() -> None:
    assert shown_raw(b"caf\xe9\xff.exe") == "caf<0xE9><0xFF>.exe"


def test_long_names_keep_both_ends() -> None:
    text = shown("a" * 40_000 + ".pdf.exe", 60)
    assert len(text) == 60
    assert text.startswith("aaa")
    assert text.endswith("a.pdf.exe")
    assert "…" in text


def test_chain() -> None:
    assert shown_chain((b"export.zip", b"setup.exe")) == "export.zip » setup.exe"


@given(st.text())
def test_what_is_shown_holds_nothing_that_moves_or_hides(name: str) -> None:
    result = shown(name)
    assert all(unicodedata.category(character)[0] != "C" for character in result)
    result.encode()  # no lone surrogate is left


@given(st.binary())
def test_raw_bytes_never_fail_to_show(raw: bytes) -> None:
    shown_raw(raw).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX names are bytes")
@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_paths_round_trip(raw: bytes) -> None:
    assert raw_bytes(path_of(raw)) == raw
