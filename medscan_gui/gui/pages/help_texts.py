"""Finds the help text of a language among the program's resources."""

from pathlib import Path

from medscan_gui.core.text import _

FALLBACK = "en"

#: A help text is a few pages; anything larger is not ours.
MAX_BYTES = 1_000_000


def read_help(resources: Path, language: str) -> str:
    """Return the help text (Markdown) of a language, or the English one, or a sentence that says it is missing."""
    for candidate in dict.fromkeys((language, FALLBACK)):
        if not candidate.isalpha():
            continue
        try:
            with (resources / "help" / f"{candidate}.md").open("rb") as file:
                return file.read(MAX_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return _("The help text is missing from this copy of MedScan. Ask for a complete copy of the program.")
