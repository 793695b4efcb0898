"""A language that nobody speaks: every sentence 40 % longer and accented, to see what breaks."""

import io
import re

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from medscan_gui.core.sentences import PLURAL_SENTENCES, SENTENCES
from medscan_gui.core.text import Words

_ACCENTS = str.maketrans("aceinouyAEIOU", "àçéîñôùÿÀÉÎÔÙ")
_PADDING = " œuvre où ça déçoit l’hôte"


def stretch(text: str) -> str:
    """Return `text` accented, placeholders left alone, and 40 % longer."""
    parts = re.split(r"(\{\w+\})", text)
    accented = "".join(part if index % 2 else part.translate(_ACCENTS) for index, part in enumerate(parts))
    wanted = round(len(text) * 0.4)
    return accented + (_PADDING * (wanted // len(_PADDING) + 1))[:wanted]


def pseudo_words() -> Words:
    """Return all sentences, stretched."""
    catalogue = Catalog(locale="fr")
    for text in dict.fromkeys(SENTENCES.values()):
        catalogue.add(text, stretch(text))
    for forms in dict.fromkeys(PLURAL_SENTENCES.values()):
        catalogue.add(forms, tuple(map(stretch, forms)))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return Words("fr", compiled.getvalue())
