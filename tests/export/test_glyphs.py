"""What the fonts draw, and that nothing else reaches Typst."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.export.glyphs import MARKS_ALLOWED, FontError, breakable, drawable, printable

FONTS = Path(__file__).parents[2] / "resources" / "fonts"


def test_the_fonts_draw_french_and_english() -> None:
    covered = drawable(FONTS)
    wanted = "AZaz09 ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ«»’“”–—…•·×№°€→✓\u00a0\u202f"
    assert [character for character in wanted if ord(character) not in covered] == []
    assert ord("文") not in covered
    assert 0x1F600 not in covered


def test_fonts_stay_small_and_keep_their_licences() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000
    names = {path.name for path in FONTS.iterdir()}
    assert {"OFL.txt", "DejaVu-LICENSE.txt"} <= names


def test_no_font_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FontError):
        drawable(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"OTTO", b"\x00\x01\x00\x00\x00\x09" + b"x" * 40, b"\x00\x01\x00\x00\x00\x00" + b"\x00" * 9]
)
def test_a_damaged_font_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)
    with pytest.raises(FontError):
        drawable(tmp_path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export.zip » été.exe", "export.zip » été.exe"),
        ("photo\u202egnp.exe", "photo<U+202E>gnp.exe"),
        ("文件.docx", "<U+6587><U+4EF6>.docx"),
        ("😀", "<U+1F600>"),
        ("שלום", "<U+05E9><U+05DC><U+05D5><U+05DD>"),
        ("\udce9t\udce9", "<0xE9>t<0xE9>"),
        ("\ud800", "<U+D800>"),
        ("a\x00\x1b[31m\nb", "a<U+0000><U+001B>[31m<U+000A>b"),
        ("\ufffe\u200b\ue000", "<U+FFFE><U+200B><U+E000>"),
    ],
)
def test_what_cannot_or_must_not_be_drawn_is_written_as_its_number(text: str, shown: str) -> None:
    assert printable(text, drawable(FONTS)) == shown


def test_marks_do_not_pile_up_over_other_lines() -> None:
    shown = printable("x" + "\u0301" * 300, drawable(FONTS))
    assert shown.count("\u0301") == MARKS_ALLOWED
    assert shown.count("<U+0301>") == 300 - MARKS_ALLOWED


@given(st.text(max_size=60))
def test_only_drawable_characters_are_left(text: str) -> None:
    covered = drawable(FONTS)
    shown = printable(text, covered)
    assert {ord(character) for character in shown} <= covered | set(range(0x20, 0x7F))
    assert printable(shown, covered) == shown


@given(st.text(max_size=200))
def test_breaks_change_nothing_but_themselves(text: str) -> None:
    text = text.replace("\u200b", "")
    assert breakable(text).replace("\u200b", "") == text


def test_long_runs_can_be_broken() -> None:
    assert max(map(len, breakable("A" * 32_000).split("\u200b"))) <= 21
