"""The words of a language from the resources, and the language that the system speaks."""

import io
import locale
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from medscan_gui.core.messages import Message
from medscan_gui.core.text import SOURCE_LANGUAGE, CatalogueError, Words

LANGUAGES = ("fr", "en")
#: What is spoken when the system does not say: the program's hospitals are French.
DEFAULT_LANGUAGE = "fr"

_DOMAIN = "medscan"
_MAX_BYTES = 16 * 1024 * 1024


class Places(Protocol):
    """Where resources lie; `system.paths.Paths` is one."""

    @property
    def resources(self) -> Path:
        """Folder of the resources."""


def load_words(paths: Places, language: str) -> Words:
    """Return the words of `language`. Raises CatalogueError; English needs no file and never fails.

    From source, a catalogue that is not compiled yet is compiled in memory.
    """
    if language == SOURCE_LANGUAGE:
        return Words()
    if language not in LANGUAGES:  # a language names a folder: never take one from outside this list
        raise CatalogueError(Message.of("text.catalogue_damaged", language=language[:20]))
    folder = paths.resources / "locale" / language / "LC_MESSAGES"
    try:
        compiled = _compiled(folder)
    except (OSError, ValueError, ImportError) as error:
        raise CatalogueError(Message.of("text.catalogue_damaged", language=language)) from error
    return Words(language, compiled)


def _compiled(folder: Path) -> bytes:
    compiled = folder / f"{_DOMAIN}.mo"
    if compiled.exists():
        with compiled.open("rb") as stream:
            return stream.read(_MAX_BYTES)
    from babel.messages import mofile, pofile

    source = (folder / f"{_DOMAIN}.po").read_bytes()
    result = io.BytesIO()
    mofile.write_mo(result, pofile.read_po(io.BytesIO(source)))
    return result.getvalue()


def preferred_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return "fr" or "en": what the system speaks, English for any other language, French if it does not say."""
    name = _locale_name(environment).strip().lower()
    if not name or name in {"c", "posix"} or name.startswith("c."):
        return DEFAULT_LANGUAGE
    return "fr" if name.startswith("fr") else "en"


def _locale_name(environment: Mapping[str, str]) -> str:
    # The order is gettext's own (LANGUAGE may hold a list); Windows has none of them unless somebody sets one.
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable, ""):
            return value.partition(":")[0]
    if sys.platform == "win32":
        import ctypes

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(number, "")
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        return ""
