"""Bring the translation catalogues up to date with the sources: `python3 dev.py words [--check]`.

Runs in .venv (it needs Babel). Rewrites each resources/locale/LANGUAGE/LC_MESSAGES/medscan.po (an empty file is a
new language); nothing is guessed, what a language lacks stays empty. `--check` writes nothing and fails when a
catalogue is behind the sources or a translation is missing or unsure.
"""
# ruff: noqa: T201
# This is a command line that prints.

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from dev_setup import ROOT, catalogues
from medscan_gui.core.sentences import PLURAL_SENTENCES

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # the history knows when; a changing date would show in every change
KEYWORDS = {"_": None, "N_": None, "ngettext_": (1, 2), "pgettext_": ((1, "c"), 2)}


def extracted() -> Catalog:
    """Every sentence of the sources. Comments that begin with NOTE: reach the translators."""
    template = Catalog(project="MedScan", charset="utf-8", creation_date=UNDATED)
    found = extract_from_dir(str(ROOT / "medscan_gui"), keywords=KEYWORDS, comment_tags=("NOTE:",))
    for _file, _line, text, comments, context in found:
        template.add(text, auto_comments=comments, context=context)
    # Sentences kept in tables mark their two forms one by one: here they become one entry with a plural.
    for singular, plural in PLURAL_SENTENCES.values():
        if plural != singular:
            template.delete(plural)
        template.delete(singular)
        template.add((singular, plural))
    return template


def as_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as it is kept: sorted and without line numbers, so that a change shows as that change alone."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return buffer.getvalue()


def updated(source: Path, template: Catalog) -> Catalog:
    """A language's catalogue with the sentences of today; those that are gone are dropped."""
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.project, catalogue.copyright_holder = "MedScan", "The MedScan authors"
    return catalogue


def untranslated(message: Message) -> bool:
    """Whether a sentence has no sure translation in every form."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(message.id) and (message.fuzzy or not all(forms))


def main(arguments: list[str]) -> int:
    """Write or check; 1 when a check finds anything."""
    checking = arguments == ["--check"]
    template = extracted()
    complaints = 0
    for source in catalogues():
        catalogue = updated(source, template)
        kept = {(message.id, message.context) for message in read_po(io.BytesIO(source.read_bytes())) if message.id}
        behind = {(message.id, message.context) for message in template if message.id} ^ kept
        missing = [message for message in catalogue if untranslated(message)]
        for message in missing:
            print(f"{source.relative_to(ROOT)}: not translated: {message.id!r}")
        if checking:
            complaints += len(missing) + len(behind)
            for text, _context in sorted(behind, key=str):
                print(f"{source.relative_to(ROOT)}: behind the sources: {text!r}")
        else:
            source.write_bytes(as_bytes(catalogue))
            print(f"{source.relative_to(ROOT)}: {len(catalogue)} sentences, {len(missing)} to translate")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
