"""Words on screen and on paper: gettext, and messages turned into sentences.

English is the language of the source: it needs no catalogue. Other catalogues are refused when a
translation does not hold exactly the placeholders of its English sentence: a lost ``{count}``
would make a screen lie, and one too many would make it crash.
"""

import gettext
import io
import string
import struct
from collections.abc import Callable

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.sentences import PLURAL_SENTENCES, SENTENCES
from medscan_gui.core.sentences.mark import N_

__all__ = [
    "N_",
    "CatalogueError",
    "Words",
    "_",
    "current",
    "grouped",
    "ngettext_",
    "on_language_change",
    "pgettext_",
    "placeholders",
    "use",
]

SOURCE_LANGUAGE = "en"


class CatalogueError(MedScanError):
    """A translation catalogue is damaged or does not fit the program."""


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the ``{placeholders}`` in a template.

    Raises ValueError for a template that `str.format` could not read, and for anything but plain
    names: attribute access or formats in a translation have no honest use.
    """
    names = set()
    for _literal, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"not a plain placeholder: {name!r}")
        names.add(name)
    return frozenset(names)


def _source_templates(msgid: object) -> str:
    # Plural entries are keyed (msgid, form); contexts are joined by EOT (gettext's own layout).
    text = msgid[0] if isinstance(msgid, tuple) else msgid
    return str(text).rpartition("\x04")[2]


def _check_placeholders(language: str, catalogue: gettext.GNUTranslations) -> None:
    entries: dict[object, str] = catalogue._catalog  # type: ignore[attr-defined]  # no public way to list them
    for msgid, translated in entries.items():
        source = _source_templates(msgid)
        if not source:
            continue
        try:
            wanted, given = placeholders(source), placeholders(translated)
        except ValueError as error:
            refusal = Message.of("text.catalogue_refused", language=language, entry=source)
            raise CatalogueError(refusal) from error
        # A singular or plural form may leave the number out ("one file"); nothing may be added.
        missing = wanted - given - ({"count"} if isinstance(msgid, tuple) else frozenset())
        if missing or given - wanted:
            raise CatalogueError(Message.of("text.catalogue_refused", language=language, entry=source))


#: What stands between groups of three digits: a narrow no-break space, as the SI brochure asks.
_GROUP = "\u202f"


def grouped(count: int) -> str:
    """Return a whole number in groups of three digits; four digits stay together."""
    return str(count) if abs(count) < 10_000 else f"{count:,}".replace(",", _GROUP)


class Words:
    """All sentences of one language."""

    def __init__(self, language: str = SOURCE_LANGUAGE, catalogue: bytes | None = None) -> None:
        """Read a compiled catalogue (.mo), or none for English.

        Raises CatalogueError if the catalogue is damaged or its placeholders differ.
        """
        self.language = language
        self._translations: gettext.NullTranslations = gettext.NullTranslations()
        if catalogue is not None:
            try:
                loaded = gettext.GNUTranslations(io.BytesIO(catalogue))
            except (OSError, ValueError, LookupError, struct.error) as error:
                raise CatalogueError(Message.of("text.catalogue_damaged", language=language)) from error
            _check_placeholders(language, loaded)
            self._translations = loaded

    def text(self, msgid: str) -> str:
        """Return `msgid` in this language."""
        return self._translations.gettext(msgid) if msgid else ""

    def plural(self, singular: str, plural: str, count: int) -> str:
        """Return the form of a sentence that fits `count`, with its placeholders unfilled."""
        return self._translations.ngettext(singular, plural, count)

    def context(self, context: str, msgid: str) -> str:
        """Return `msgid` as meant in `context` (one English word, several meanings)."""
        return self._translations.pgettext(context, msgid)

    def sentence_of(self, code: str) -> str:
        """Return the sentence of a code that needs no parameters, such as the word for an Outcome."""
        return self.sentence(Message(code))

    def sentence(self, message: Message) -> str:
        """Return the message as a sentence. An unknown code is shown as it is, never hidden."""
        params = dict(message.params)
        if forms := PLURAL_SENTENCES.get(message.code):
            count = params.get("count", 0)
            template = self.plural(*forms, count if isinstance(count, int) else 0)
        else:
            template = self.text(SENTENCES.get(message.code, ""))
        if not template:
            return f"[{message.code}]"
        try:
            return template.format_map(
                {name: grouped(value) if isinstance(value, int) else value for name, value in params.items()}
            )
        except (KeyError, IndexError, ValueError):
            return f"[{message.code}] {template}"


_current = Words()
_listeners: list[Callable[[], None]] = []


def use(words: Words) -> None:
    """Make `words` the language of this process and tell those who asked to be told."""
    global _current  # noqa: PLW0603  # one language per process: that is what this module is for
    _current = words
    for listener in tuple(_listeners):
        listener()


def on_language_change(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each change of language; returns what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener) if listener in _listeners else None


def current() -> Words:
    """Return the words in use."""
    return _current


def _(msgid: str) -> str:
    """Return `msgid` in the language in use."""
    return _current.text(msgid)


def ngettext_(singular: str, plural: str, count: int) -> str:
    """Return the form that fits `count`, in the language in use."""
    return _current.plural(singular, plural, count)


def pgettext_(context: str, msgid: str) -> str:
    """Return `msgid` as meant in `context`, in the language in use."""
    return _current.context(context, msgid)
