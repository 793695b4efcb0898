"""Words of a language, and which language the system speaks."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from medscan_gui.core.text import CatalogueError
from medscan_gui.system.resources import load_words, preferred_language

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "No threat was found."
msgstr "Aucune menace n’a été trouvée."
"""


@dataclass(frozen=True)
class Places:
    resources: Path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "medscan.po").write_text(PO, encoding="utf-8")
    return Places(tmp_path)


def catalogue(places: Places, suffix: str) -> Path:
    return places.resources / "locale" / "fr" / "LC_MESSAGES" / f"medscan.{suffix}"


def test_english_needs_nothing(tmp_path: Path) -> None:
    assert load_words(Places(tmp_path / "nowhere"), "en").text("No threat was found.") == "No threat was found."


def test_catalogue_is_compiled_from_source(places: Places) -> None:
    words = load_words(places, "fr")
    assert (words.language, words.text("No threat was found.")) == ("fr", "Aucune menace n’a été trouvée.")
    assert not catalogue(places, "mo").exists()


def test_compiled_catalogue_wins(places: Places) -> None:
    from babel.messages import mofile, pofile

    with catalogue(places, "po").open("rb") as source, catalogue(places, "mo").open("wb") as target:
        mofile.write_mo(target, pofile.read_po(source))
    catalogue(places, "po").unlink()
    assert load_words(places, "fr").text("No threat was found.") == "Aucune menace n’a été trouvée."


@pytest.mark.parametrize("content", [b"", b"not a catalogue", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_damaged_catalogue(places: Places, content: bytes) -> None:
    catalogue(places, "mo").write_bytes(content)
    with pytest.raises(CatalogueError) as error:
        load_words(places, "fr")
    assert error.value.message.code == "text.catalogue_damaged"


def test_missing_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        load_words(Places(tmp_path), "fr")


@pytest.mark.parametrize("language", ["../../etc", "de", "", "fr/../fr"])
def test_language_is_no_path(places: Places, language: str) -> None:
    with pytest.raises(CatalogueError):
        load_words(places, language)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_CA"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE", "LC_ALL": "fr_BE"}, "fr"),
        ({"LANGUAGE": "en:fr", "LANG": "fr_FR"}, "en"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "POSIX"}, "fr"),
    ],
)
def test_preferred_language(environment: dict[str, str], language: str) -> None:
    assert preferred_language(environment) == language


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always says")
def test_french_if_the_system_does_not_say() -> None:
    assert preferred_language({}) == "fr"
