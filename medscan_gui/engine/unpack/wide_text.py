"""Texts in UTF-16, as Windows stores them, turned into UTF-8: rules look for words as they are read."""

import codecs
from collections.abc import Iterable, Iterator


def utf8(text: bytes) -> bytes:
    """Return a text up to its final zeros; lone surrogates are kept, half a character at the end is not."""
    return b"".join(utf8_of((text,))).rstrip(b"\0")


def utf8_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Turn a long text piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-16-le")("surrogatepass")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
