"""Help in the program: complete in both languages, and rendered without loading anything."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core import text
from medscan_gui.core.words import Light
from medscan_gui.gui.pages.help import HelpPage
from medscan_gui.gui.pages.help_document import HelpDocument, light_of_url
from medscan_gui.gui.pages.help_texts import read_help
from medscan_gui.gui.theme import theme
from tests.gui.conftest import ROOT

# Qt's offscreen platform says so of every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LANGUAGES = ("fr", "en")
RESOURCES = ROOT / "resources"


def help_text(language: str) -> str:
    return (RESOURCES / "help" / f"{language}.md").read_text(encoding="utf-8")


@pytest.fixture
def page(shown: Callable[[QWidget], QWidget]) -> HelpPage:
    made = HelpPage()
    made.retranslate()
    made.resize(1000, 700)
    shown(made)
    return made


def test_both_languages_have_the_same_parts() -> None:
    shapes = []
    for language in LANGUAGES:
        lines = help_text(language).splitlines()
        shapes.append(
            [line[:1] for line in lines if line.startswith(("#", "|", "- ", "1.", "2.", "3.", "4.", "5.", "6."))]
        )
        assert [line for line in lines if line.startswith("## ")]
    assert len(shapes[0]) == len(shapes[1])
    assert shapes[0] == shapes[1]


def test_the_light_means_what_it_means() -> None:
    """GREEN is never called clean, and every light is explained with its shape."""
    english, french = help_text("en"), help_text("fr")
    assert "GREEN does not mean “clean”" in english
    assert "VERT ne veut pas dire «\u00a0sain\u00a0»" in french
    for language in (english, french):
        for light in (Light.BLUE, Light.GREEN, Light.RED, Light.AMBER):
            assert f"(light:{light.value})" in language


def test_french_is_set_as_french_is() -> None:
    french = help_text("fr")
    prose = re.sub(r"`[^`]*`|\(light:[a-z]+\)", "", french)
    assert "'" not in prose, "typographic apostrophes"
    assert not re.search(r" [:;!?»]", prose), "a plain space before a high punctuation mark"
    assert not re.search(r"« |[^\u00a0\s]»", prose)
    assert not re.search(r"(?<=[a-zà-ü])[:;!?](?=\s)", prose), "no space before a high punctuation mark"
    assert not re.search(r"\b(tu|ton|ta|tes)\b", prose), "the operator is addressed as vous"


def test_the_help_names_no_address_and_no_picture_but_lights() -> None:
    for language in LANGUAGES:
        source = help_text(language)
        assert "://" not in source
        assert set(re.findall(r"!\[[^\]]*\]\(([^)]*)\)", source)) == {
            "light:blue", "light:green", "light:red", "light:amber",
        }  # fmt: skip


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.org/x.png", "light:purple", "qrc:/x", "light:../red", "", "red"]
)
def test_nothing_but_lights_is_loaded(address: str) -> None:
    assert light_of_url(QUrl(address)) is None
    loaded = HelpDocument().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(address))
    assert loaded is None or loaded.isNull()


def test_a_hostile_help_file_reads_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("patient", encoding="utf-8")
    document = HelpDocument()
    document.setDefaultFont(QFont("Sans Serif", 11))
    document.read(f"![x]({secret.as_uri()}) <b>bold</b>")
    assert "<b>bold</b>" in document.toPlainText(), "HTML is shown, not obeyed"
    assert "patient" not in document.toPlainText()
    loaded = document.resource(QTextDocument.ResourceType.ImageResource.value, QUrl(secret.as_uri()))
    assert loaded is None or loaded.isNull()


def test_a_missing_help_text_says_so_and_a_missing_language_falls_back(tmp_path: Path) -> None:
    assert "missing from this copy" in read_help(tmp_path, "fr")
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "en.md").write_text("# Help", encoding="utf-8")
    assert read_help(tmp_path, "fr") == "# Help"
    assert read_help(tmp_path, "../en") == "# Help", "a language names no path"


def test_contents_lead_to_their_sections(page: HelpPage) -> None:
    titles = [page.contents.item(row).text() for row in range(page.contents.count())]
    assert "The four lights" in titles
    assert len(titles) >= 9
    for row, title in enumerate(titles):
        page.contents.setCurrentRow(row)
        assert page.browser.textCursor().block().text() == title
    assert page.browser.verticalScrollBar().value() > 0


def test_search_counts_marks_and_wraps_around(page: HelpPage, qtbot: QtBot) -> None:
    QTest.keyClicks(page.search, "self-test")
    count = len(page.browser.extraSelections())
    assert count >= 2
    assert page.found.text() == f"{count} matches"
    seen = set()
    for _turn in range(count + 1):
        assert page.browser.textCursor().selectedText().lower() == "self-test"
        seen.add(page.browser.textCursor().position())
        page.find_next()
    assert len(seen) == count
    page.find_previous()
    assert page.browser.textCursor().hasSelection()
    page.search.setText("zebra crossing")
    assert page.found.text() == "Not found"
    page.search.clear()
    assert page.found.text() == ""
    assert not page.browser.extraSelections()


def test_language_and_theme_change_while_it_is_open(page: HelpPage) -> None:
    page.contents.setCurrentRow(3)
    text.use(text.Words("fr"))
    page.retranslate()
    assert page.contents.item(0).text() == "Les quatre voyants"
    assert page.contents.currentRow() == 3
    theme().choose("dark")
    assert page.contents.count() >= 9
    assert "Les quatre voyants" in page.browser.toPlainText()


def test_everything_can_be_named_and_reached(page: HelpPage) -> None:
    for widget in (page.contents, page.browser, page.search):
        assert widget.accessibleName()
        assert widget.focusPolicy().value
    assert not page.browser.openLinks()
    assert not page.browser.openExternalLinks()
