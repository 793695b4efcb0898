"""Texts whose lines end with a carriage return alone, seen as if they ended with a line feed."""

import re

from medscan_gui.engine.unpack.source import Source

_ALONE = re.compile(rb"\r(?!\n)")
#: A text that ends a line so does it early.
_HEAD = 64 << 10
_HEADER_END = re.compile(rb"\n\r?\n")


def with_line_feeds(source: Source) -> Source:
    """Return a message as it is, or with other line ends, of the same size, if a line of its header ends so."""
    head = source.read_at(0, _HEAD)
    if b"\r" not in head:
        return source
    end = _HEADER_END.search(head)
    header = head[: end.start()] if end else head
    return _LineFeeds(source) if _ALONE.search(header.removesuffix(b"\r")) else source


class _LineFeeds(Source):
    def __init__(self, source: Source) -> None:
        super().__init__(source.name, source.size)
        self._source = source
        self._types = source.types

    def read_at(self, position: int, size: int) -> bytes:
        """See `Source`."""
        # With the next byte: whether a line feed follows.
        return _ALONE.sub(b"\n", self._source.read_at(position, size + 1))[:size]
