"""The translations: complete, of today, with the same placeholders, and typeset as their readers expect.

What a machine can see of good French is seen here, so that a reviewer can read for meaning.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import dev_words
from dev_setup import catalogues
from medscan_gui.core.messages import Message
from medscan_gui.core.sentences import PLURAL_SENTENCES, SENTENCES
from medscan_gui.core.text import SOURCE_LANGUAGE, CatalogueError, Words, placeholders
from medscan_gui.system.resources import LANGUAGES

SOURCES = {source.parent.parent.name: source for source in catalogues()}
NBSP = "\u00a0"

#: Sentences that stay as they are: names, units, and words that both languages share.
SAME_IN_FRENCH = frozenset(
    {"MedScan", "MedScan {version}", "Python", "SQLite", "SHA-256", "Ctrl+{number}", "Ctrl+E", "Ctrl+R", "Ctrl+Z"}
    | {
        "ACTION",
        "Action",
        "Contact",
        "DATE",
        "Date",
        "Description",
        "Journal",
        "Kit",
        "Licence",
        "Note",
        "Page",
        "Signature",
        "Signatures",
        "Station",
        "Total",
    }
    | {"Signatures {version} · {age} · {word}", "Version {version}", "Versions"}
)

#: Sentences of which none is ever said of nothing: there the number itself need not be shown.
ONE_AT_LEAST = frozenset(
    {
        "The file ({size}) is copied, encrypted, and kept {vault}. Only then is it removed.",
        "This file was found to hold a threat. Put it back only if you know that it is harmless, or if specialists "
        "ask for it. The light of the next scan there is red again.",
    }
)

#: A sentence that holds the first must hold the second in French (docs/translating.md, and design.md's own words).
GLOSSARY = (
    (r"\bscan(s|ned|ning)?\b", r"anal|lecture|cible|contrôl"),
    (r"\bthreats?\b", r"menace"),
    (r"\bBLUE\b", r"BLEU"),
    (r"\bGREEN\b", r"VERT"),
    (r"\bRED\b", r"ROUGE"),
    (r"\bAMBER\b", r"ORANGE"),
    (r"\bjournals?\b", r"[Jj]ourna|chaîne"),
    (r"\bsignatures?\b", r"[Ss]ignature|aucune"),
    (r"\bself-test\b", r"autotest"),
    (r"\boperators?\b", r"opérateur"),
    (r"\basset number\b", r"numéro d’inventaire"),
    (r"\bserial number\b", r"numéro de série"),
    (r"\bdepartment of the device\b", r"service"),
    (r"\bIT security\b", r"sécurité informatique \(RSSI\)"),
    (r"\bbiomedical department\b", r"service biomédical"),
    (r"\bsettings\b", r"paramètres"),
    (r"\blog file\b", r"fichier de trace"),
    (r"\bmedical devices?\b", r"dispositifs? médica"),
    (r"\bUSB sticks?\b", r"clés? USB"),
    (r"\b(?:pdf|this|the|scan) report\b", r"rapport"),
    (r"\bhospital\b", r"établissement"),
    (r"\b(?:the quarantine|quarantined)\b", r"quarantaine"),
    (r"\b(?:clean-up|cleaned|clean up)\b", r"netto[iy]"),
    (r"\b(?:put|puts|putting) back|\brestor(?:e|ed|ing)\b|\b(?:put|putting) files? back", r"restaur|revien"),
    (r"\bdestroy(?:ed|ing)? (?:file|sample|entr)", r"détrui|destruction"),
    (r"\bpolicy cards?\b|\bthe card\b", r"fiche"),
    (r"\bprocedure\b", r"procédure"),
    (r"\baccepted files?\b", r"accepté"),
    (r"\bleft (?:in place|where it)\b", r"laissée?s? en place"),
    (r"\blook(?:ed)? (?:only|at)(?:;|$)|\bonly looked at\b", r"examen seul|seulement examiné"),
    (r"\bgent(?:le|ly)\b", r"en douceur"),
    (r"\bapproval\b", r"accord"),
    (r"\bmanufacturer", r"fabricant"),
)

#: What never belongs in French text, and why.
FAULTS = (
    (r"['`´\"“”]", "straight apostrophe or English quotation mark"),
    (r"\.\.\.", "three dots instead of …"),
    (r"  |\t|" + NBSP + NBSP, "two spaces in a row"),
    (rf"[^{NBSP}][;!?%»]", "no no-break space before ; ! ? % or »"),
    (rf"[^{NBSP}\d]:(?!//)|\d:(?!\d)", "no no-break space before :"),
    (rf"«(?!{NBSP})", "no no-break space after «"),
    (r"[\u2000-\u200b\u202f]", "another space than the one kind of no-break space in use"),
    (r" [.,…)]|[({\[] ", "a space on the wrong side of a sign"),
    (rf"n°(?!{NBSP})", "no no-break space after n°"),
    (r"\}(?: )(?:s|min|h|o|ko|Mo|Go|To)\b", "a number may be torn from its unit"),
    (r"\b(?i:scan(?:s|ner|né|née|nés|nées|nez|nant)?)\b", "“scan” is “analyse”, “analyser”"),
    (r"(?i)\b(?:tu|ton|tes|toi)\b", "vous, never tu"),
    (r"(?i)\b(?:log|logs|device|item|settings|supporter|adresser un|digital|malware|checker)\b", "English in disguise"),
    (r"\b(?:E(?:tat|chec|l[ée]ment|tablissement|chographe|tait|tant|crire|couter|teindre)|A(?= [a-zà-ÿ]))\b", "É, À"),
    (r"(?i)\b(?:réglages?|hôpita(?:l|ux)|cryptée?s?|effacer le journal|appliance)\b", "not the glossary's word"),
)


def entries(catalogue: Catalog) -> Iterator[Entry]:
    """The sentences, without the header."""
    return (entry for entry in catalogue if entry.id)


@pytest.fixture(scope="module", name="template")
def _extracted() -> Catalog:
    return dev_words.extracted()


def read(language: str) -> Catalog:
    with SOURCES[language].open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def forms(text: object) -> tuple[str, ...]:
    return tuple(str(form) for form in text) if isinstance(text, tuple | list) else (str(text or ""),)


def french_faults(english: str, french: str) -> list[str]:
    """What is wrong with one French sentence, as far as a machine can tell."""
    english, text = _without_commands(english), _without_commands(french)
    found = [why for pattern, why in FAULTS if re.search(pattern, text)]
    if _edges(english) != _edges(text):
        found.append("it begins or ends with a space where English does not, or the reverse")
    if english[-1:] in ".?…" and len(english) > 1 and french[-1:] != english[-1:]:
        found.append(f"English ends with {english[-1]}")
    for word, wanted in GLOSSARY:
        case = re.IGNORECASE if word.islower() else re.NOFLAG
        if re.search(word, english, case) and not re.search(wanted, french, case):
            found.append(f"the glossary's word for {word} is missing")
    return found


def _without_commands(text: str) -> str:
    """Without what is typed as it is, not read: commands, file filters, quoted paths; and places under one name."""
    text = re.sub(r"\n +\{program\} scan.*|\(\*\.\w+(?: \*\.\w+)*\)|--[a-z-]+|'[\w:\\/]+'", "#", text)
    return re.sub(r"\{\w+\}", "{}", text)


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def test_every_language_has_its_catalogue() -> None:
    assert set(SOURCES) == set(LANGUAGES) - {SOURCE_LANGUAGE}


@pytest.mark.parametrize("language", SOURCES)
def test_complete_sure_and_of_today(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    complaints = dev_words.main(["--check"])
    assert complaints == 0, capsys.readouterr().out
    for entry in entries(read(language)):
        assert not entry.fuzzy, entry.id
        assert all(form.strip() for form in forms(entry.string)), entry.id


@pytest.mark.parametrize("language", SOURCES)
def test_kept_as_the_tool_writes_it(language: str, template: Catalog) -> None:
    source = SOURCES[language]
    assert dev_words.as_bytes(dev_words.updated(source, template)) == source.read_bytes()


@pytest.mark.parametrize("language", SOURCES)
def test_the_compiled_catalogue_answers_every_sentence(language: str, template: Catalog) -> None:
    catalogue = read(language)
    words = Words(language, compiled(catalogue))  # refuses other placeholders
    for entry in entries(template):
        translated = catalogue.get(entry.id, entry.context)
        assert translated is not None, entry.id
        expected = forms(translated.string)
        if entry.pluralizable:
            singular, plural = forms(entry.id)
            assert [words.plural(singular, plural, count) for count in (1, 2)] == [expected[0], expected[-1]]
        elif entry.context:
            assert words.context(entry.context, str(entry.id)) == expected[0]
        else:
            assert words.text(str(entry.id)) == expected[0]


@pytest.mark.parametrize("language", SOURCES)
def test_every_message_code_becomes_a_sentence(language: str) -> None:
    words = Words(language, compiled(read(language)))
    for code, english in SENTENCES.items():
        said = words.sentence(Message.of(code, **dict.fromkeys(placeholders(english), "x")))
        assert said, code
        assert not said.startswith("["), code
    for code, (singular, plural) in PLURAL_SENTENCES.items():
        params: dict[str, str | int] = dict.fromkeys(placeholders(singular) | placeholders(plural), "x")
        for count in (0, 1, 2, 9000):
            counted = words.sentence(Message.of(code, **params | {"count": count}))
            assert str(count) in counted, code
            assert not counted.startswith("["), code


def test_french_counts_as_the_french_do() -> None:
    catalogue = read("fr")
    assert (catalogue.num_plurals, catalogue.plural_expr) == (2, "(n > 1)")
    words = Words("fr", compiled(catalogue))
    for entry in entries(catalogue):
        assert entry.pluralizable == isinstance(entry.id, tuple | list), entry.id
        if not entry.pluralizable:
            continue
        one, many = forms(entry.id)
        singular, plural = forms(entry.string)
        assert [words.plural(one, many, count) for count in (0, 1, 2, 100)] == [singular, singular, plural, plural]
        # 0 is singular: the number has to be shown in both forms, or “no threat” would read as one.
        assert one in ONE_AT_LEAST or "count" in placeholders(singular) & placeholders(plural), entry.id


def test_french_is_french() -> None:
    same = [text for entry in entries(read("fr")) for text in forms(entry.id) if text in forms(entry.string)]
    assert sorted(set(same) - SAME_IN_FRENCH - _only_places(same)) == []


def _only_places(texts: list[str]) -> set[str]:
    """Texts of placeholders and signs alone, or of a number with its unit."""
    return {text for text in texts if not re.search(r"[A-Za-zÀ-ÿ]{3,}", re.sub(r"\{\w+\}|min", "", text))}


def test_french_is_well_set() -> None:
    faults = {
        form: found
        for entry in entries(read("fr"))
        for english, form in zip(forms(entry.id), forms(entry.string), strict=True)
        if english != "." and (found := french_faults(english, form))
    }
    assert faults == {}


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("The disk.", "L'appareil."),
        ("The “{file}”.", "Le “{file}”."),
        ("Note: this", "Note: ceci"),
        ("Note: this", "Note : ceci"),
        ("Note: this", "Note\u202f: ceci"),
        ("{key}: {value}", "{key}: {value}"),
        ("Really?", "Vraiment?"),
        ("{percent} %", "{percent} %"),
        ("The file “{file}”.", "Le fichier « {file} »."),
        ("It is here.", "C’est  ici."),
        ("It is here.", "C’est ici"),
        ("Copy…", "Copier..."),
        (" days", "jours"),
        ("{number} MB", "{number} Mo"),
        ("no. {number}", "n° {number}"),
        ("Scan the disk.", "Scanner le disque."),
        ("Scan the disk.", "Lisez le disque."),
        ("Your stick", "Ta clé et ton nom"),
        ("Open the settings", "Ouvrir les réglages"),
        ("Ask IT security.", "Demandez au service informatique."),
        ("Why AMBER", "Pourquoi JAUNE"),
        ("State", "Etat"),
        ("Up to date", "A jour"),
    ],
)
def test_faults_are_seen(english: str, french: str) -> None:
    assert french_faults(english, french)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Note: “{file}”, at 10:30 (50 %)?", f"Note{NBSP}: «{NBSP}{{file}}{NBSP}», à 10:30 (50{NBSP}%){NBSP}?"),
        ("Like this:\n    {program} scan PATH", f"Ainsi{NBSP}:\n    {{program}} scan CHEMIN"),
        ("PDF report (*.pdf)", "Rapport PDF (*.pdf)"),
        (" days", f"{NBSP}jours"),
    ],
)
def test_good_french_is_left_alone(english: str, french: str) -> None:
    assert french_faults(english, french) == []


def test_a_spoilt_catalogue_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above find what they are for: a lost sentence, an unsure one, one too many, a lost placeholder."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    spoilt = folder / "medscan.po"
    monkeypatch.setattr(dev_words, "catalogues", lambda: [spoilt])
    monkeypatch.setattr(dev_words, "ROOT", tmp_path.resolve())
    small = _template()
    monkeypatch.setattr(dev_words, "extracted", lambda: small)

    def checked(*pairs: tuple[str, str], fuzzy: bool = False) -> int:
        catalogue = Catalog(locale="fr")
        for source, translated in pairs:
            catalogue.add(source, translated, flags=["fuzzy"] if fuzzy else [])
        spoilt.write_bytes(dev_words.as_bytes(catalogue))
        return dev_words.main(["--check"])

    whole = (("Journal {name}", "Journal {name}"), ("Yes", "Oui"))
    assert len(small) == len(whole)
    assert checked(*whole) == 0
    assert checked(whole[0]) == 1
    assert checked(whole[0], ("Yes", "")) == 1
    assert checked(*whole, fuzzy=True) == 1
    assert checked(*whole, ("No", "Non")) == 1
    lost = Catalog(locale="fr")
    lost.add("Journal {name}", "Journal")
    with pytest.raises(CatalogueError):
        Words("fr", compiled(lost))


def _template() -> Catalog:
    template = Catalog()
    template.add("Journal {name}")
    template.add("Yes")
    return template


def test_no_sentence_hides_inside_an_f_string() -> None:
    """Python 3.11 reads an f-string as one token: what is marked inside it would never be extracted there."""
    hidden = re.compile(r"""\bf["'].*\{\s*(_|N_|ngettext_|pgettext_)\(""")
    sources = sorted((Path(dev_words.__file__).parent / "medscan_gui").rglob("*.py"))
    lines = [(file.name, line) for file in sources for line in file.read_text("utf-8").splitlines()]
    found = [f"{name}: {line.strip()}" for name, line in lines if hidden.search(line)]
    assert found == []
