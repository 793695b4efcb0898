"""Commands of POSIX shells, read tolerantly: which words, and where one command ends. Nothing is expanded or run."""

import re
from collections.abc import Iterator

_SPACE = b" \t\r\f\v"
_ENDS = b";&|()\n"
_ASSIGNMENT = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*\+?=")
#: Words before a command that are no part of it.
_KEYWORDS = frozenset(b"if then else elif fi do done while until for case esac in { } ! time function".split())
#: Bytes of one word, and words of one command.
_LONGEST = 4096
_MOST = 512


def commands(text: bytes) -> Iterator[list[bytes]]:
    """Yield each simple command of a text as its words, without quotes; keywords before it are left out."""
    words: list[bytes] = []
    for word in _words(text):
        if word is None:
            if words:
                yield words
            words = []
        elif (words or word not in _KEYWORDS) and len(words) < _MOST:
            words.append(word)
    if words:
        yield words


def _words(text: bytes) -> Iterator[bytes | None]:
    """Yield the words of a text; None where a command ends."""
    at, end = 0, len(text)
    while at < end:
        character = text[at : at + 1]
        if character in _SPACE_SET:
            at += 1
        elif character in _ENDS_SET:
            yield None
            at += 1
        elif character == b"#":
            at = _line_end(text, at)
        else:
            word, at = _word(text, at)
            yield word


_SPACE_SET = frozenset(_SPACE[at : at + 1] for at in range(len(_SPACE)))
_ENDS_SET = frozenset(_ENDS[at : at + 1] for at in range(len(_ENDS)))
_PLAIN = re.compile(rb"[^ \t\r\f\v;&|()\n\"'\\]+")


def _line_end(text: bytes, at: int) -> int:
    found = text.find(b"\n", at)
    return len(text) if found < 0 else found


def _word(text: bytes, at: int) -> tuple[bytes, int]:
    """Return the word that begins here, and where it ends."""
    parts: list[bytes] = []
    while at < len(text):
        if plain := _PLAIN.match(text, at):
            parts.append(plain[0])
            at = plain.end()
            continue
        character = text[at : at + 1]
        if character in _SPACE_SET or character in _ENDS_SET:
            break
        part, at = _quoted(text, at)
        parts.append(part)
    return b"".join(parts)[:_LONGEST], at


def _quoted(text: bytes, at: int) -> tuple[bytes, int]:
    """Return what a quote or a backslash at this place stands for, and where that ends."""
    quote = text[at : at + 1]
    if quote == b"\\":
        following = text[at + 1 : at + 2]
        return (b"" if following == b"\n" else following), at + 2
    close = text.find(quote, at + 1)
    while quote == b'"' and close > 0 and text[close - 1 : close] == b"\\":
        close = text.find(quote, close + 1)
    if close < 0:
        return text[at + 1 :], len(text)
    inside = text[at + 1 : close]
    return (inside.replace(b'\\"', b'"') if quote == b'"' else inside), close + 1


def without_assignments(words: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return the assignments before a command, and the command."""
    count = 0
    while count < len(words) and _ASSIGNMENT.match(words[count]):
        count += 1
    return words[:count], words[count:]
