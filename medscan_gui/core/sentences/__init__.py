"""The English sentence of every message code, one module for each part of the program that speaks.

Plain words: what happened, what it means, what to do next. Keep each sentence whole: translators
cannot glue halves together. Codes are written in records: never reuse one for another meaning.
"""

from medscan_gui.core.sentences import (
    bundle,
    cards,
    clean_up,
    engine,
    export,
    files,
    procedure,
    scan,
    second,
    store,
    system,
    vault,
    verdict,
    words,
)

_PARTS = (verdict, words, engine, bundle, store, system, export, scan, vault, files, clean_up, cards, procedure, second)

SENTENCES: dict[str, str] = {code: text for part in _PARTS for code, text in part.SENTENCES.items()}

#: Sentences that depend on the parameter `count`: singular and plural.
PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    code: forms for part in _PARTS for code, forms in part.PLURAL_SENTENCES.items()
}
