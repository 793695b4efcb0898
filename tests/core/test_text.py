"""Words: catalogues that would make a screen lie are refused."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from medscan_gui.core import text
from medscan_gui.core.messages import Message
from medscan_gui.core.sentences import PLURAL_SENTENCES, SENTENCES
from medscan_gui.core.text import CatalogueError, Words, placeholders
from medscan_gui.core.words import Cause, Light, Outcome, Severity, SignatureAge

COUNTED = ("{count} item of {total}", "{count} items of {total}")


def catalogue(*entries: tuple[str | tuple[str, str], str | tuple[str, str]]) -> bytes:
    made = Catalog(locale="fr")
    for source, translated in entries:
        made.add(source, translated)
    file = io.BytesIO()
    write_mo(file, made)
    return file.getvalue()


def test_translates_plain_plural_and_unknown() -> None:
    words = Words("fr", catalogue(("Journal", "Le journal"), (COUNTED, ("un seul de {total}", "{count} sur {total}"))))
    assert words.text("Journal") == "Le journal"
    assert words.plural(*COUNTED, 1) == "un seul de {total}"
    assert words.plural(*COUNTED, 0) == "un seul de {total}"  # French: zero is singular
    assert words.plural(*COUNTED, 2) == "{count} sur {total}"
    assert words.text("Never translated") == "Never translated"
    assert words.text("") == ""  # not the catalogue's header


@pytest.mark.parametrize(
    "entry",
    [
        ("Read {file}", "Lire"),
        ("Read {file}", "Lire {fichier}"),
        ("Read", "Lire {file}"),
        ("Read {file}", "Lire {file.__class__}"),
        ("Read {file}", "Lire {file!r}"),
        ("Read {file}", "Lire {file:>999999999}"),
        ("Read {file}", "Lire {file"),
        ("Read {file}", "Lire {0}"),
        (COUNTED, ("un seul", "{count} sur {total}")),
    ],
)
def test_other_placeholders_are_refused(entry: tuple[str, str]) -> None:
    with pytest.raises(CatalogueError):
        Words("fr", catalogue(entry))


@pytest.mark.parametrize("data", [b"", b"\xde\x12\x04\x95", b"not a catalogue", b"\x95\x04\x12\xde" + b"\xff" * 40])
def test_damaged_catalogues_are_refused(data: bytes) -> None:
    with pytest.raises(CatalogueError):
        Words("fr", data)


def test_sentences_fill_in_and_never_hide_a_fault() -> None:
    words = Words()
    assert words.sentence(Message.of("verdict.threats_left", count=1)).startswith("1 threat ")
    assert words.sentence(Message.of("verdict.threats_left", count=7)).startswith("7 threats ")
    assert words.sentence(Message.of("no.such.code", count=7)) == "[no.such.code]"
    assert words.sentence(Message.of("verdict.threats_left")).startswith("[verdict.threats_left]")


def test_a_hostile_parameter_stays_text() -> None:
    message = Message.of("text.catalogue_damaged", language="{language.__class__}{0}")
    assert "{language.__class__}{0}" in Words().sentence(message)


def test_listeners_hear_of_a_change_until_they_leave() -> None:
    heard: list[str] = []
    leave = text.on_language_change(lambda: heard.append(text.current().language))
    before = text.current()
    try:
        text.use(Words("xx"))
        leave()
        text.use(Words("yy"))
    finally:
        text.use(before)
    assert heard == ["xx"]


def test_every_word_that_is_stored_has_a_sentence() -> None:
    for group, members in (
        ("outcome", Outcome),
        ("severity", Severity),
        ("age", SignatureAge),
        ("light", Light),
    ):
        for member in members:
            assert f"{group}.{member}" in SENTENCES
    for cause in Cause:
        assert cause is Cause.NONE or f"cause.{cause}" in SENTENCES


def test_every_source_sentence_is_sound() -> None:
    for sentence in [*SENTENCES.values(), *(form for forms in PLURAL_SENTENCES.values() for form in forms)]:
        placeholders(sentence)
        assert sentence == sentence.strip()
    for singular, plural in PLURAL_SENTENCES.values():
        assert placeholders(singular) | {"count"} == placeholders(plural)
    assert not set(SENTENCES) & set(PLURAL_SENTENCES)


def test_placeholders() -> None:
    assert placeholders("{a} {{b}} {c}") == {"a", "c"}


def test_large_numbers_are_grouped() -> None:
    assert [text.grouped(number) for number in (0, 9999, 10_000, -1_234_567)] == [
        "0",
        "9999",
        "10\u202f000",
        "-1\u202f234\u202f567",
    ]
    assert Words().sentence(Message.of("verdict.threats_left", count=423_648)).startswith("423\u202f648 threats")
