"""Sets of which no rule looks beyond the beginning of a content: only that need be searched."""

from collections.abc import Iterable

from medscan_gui.engine.match.condition import Node
from medscan_gui.engine.match.knowledge import bytes_read, number_of
from medscan_gui.engine.match.reasoning import TEXT_SIGNS

#: So much of a content is handed over instead of all of it.
HEAD_BYTES = 4096

#: Names that public rule sets expect the scanner to define (signature-base's convention).
EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")

_WORDS = frozenset(("and", "or", "not", "true", "false", "(", ")", "==", "!=", *TEXT_SIGNS, *EXTERNALS))


def all_read_beginning(conditions: Iterable[Node]) -> bool:
    """Say whether all of these ask only for fixed places near the beginning, and for names."""
    return all(_reads_beginning(condition.tokens) for condition in conditions)


def _reads_beginning(tokens: list[str]) -> bool:
    at = 0
    while at < len(tokens):
        read = bytes_read(tokens[at : at + 4], 0)
        if read is not None and sum(map(len, read[1:]), read[0]) <= HEAD_BYTES:
            at += 4
        elif tokens[at] in _WORDS or tokens[at][0] in '"/' or number_of(tokens[at]) is not None:
            at += 1
        else:
            return False
    return True
