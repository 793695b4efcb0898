"""Where PDF's objects begin and end, found without reading what they hold; strings and comments are passed over."""

import re

_SPACE = rb"\0\t\n\f\r "
_DELIMITERS = rb"()<>\[\]{}/%"
_WORD = rb"[^" + _SPACE + _DELIMITERS + rb"]"
#: Everything up to a word that no object holds, or a string with brackets or without end.
_SKIM = re.compile(
    rb"(?:[" + _SPACE + rb"\[\]{})>]++"
    rb"|/" + _WORD + rb"*+"
    rb"|%[^\r\n]*+"
    rb"|(?!stream|endstream|endobj|(?:obj|trailer|xref|startxref)(?!" + _WORD + rb"))" + _WORD + rb"++"
    rb"|<<|<[^<>]*+>?"
    rb"|\((?:[^()\\]++|\\.)*+\))*+",
    re.DOTALL,
)
_STRING_PART = re.compile(rb"[()]|\\.", re.DOTALL)
_BLANKS = b"\0\t\n\f\r "
_NUMBER = re.compile(rb"(\d{1,10})\Z")
#: Lines of comment between the numbers of an object.
_COMMENTS = 16


def end_of(text: bytes, begin: int, limit: int) -> tuple[int, bool]:
    """Return where the object at `begin` ends: at a word that no object holds (True), or at `limit` (False)."""
    place = begin
    while True:
        found = _SKIM.match(text, place, limit)
        place = found.end() if found is not None else place
        if place >= limit:
            return limit, False
        if text[place] != ord("("):
            return place, True
        place = _string_end(text, place, limit)


def _string_end(text: bytes, place: int, limit: int) -> int:
    depth = 0
    for found in _STRING_PART.finditer(text, place, limit):
        mark = found[0]
        if mark == b"(":
            depth += 1
        elif mark == b")":
            depth -= 1
            if not depth:
                return found.end()
    return limit


def number_before(text: bytes) -> tuple[tuple[int, int] | None, int]:
    """Return number and generation at the end of `text`, with blanks and comments between and behind them.

    The second value is how many bytes were looked at.
    """
    lowest = len(text)
    for end in _ends(text, len(text)):
        lowest = min(lowest, end)
        generation = _NUMBER.search(text, max(0, end - 10), end)
        if generation is None:
            continue
        for other in _ends(text, generation.start(1)):
            lowest = min(lowest, other)
            number = _NUMBER.search(text, max(0, other - 10), other) if other < generation.start(1) else None
            if number is not None:
                return (int(number[1]), int(generation[1])), len(text) - number.start(1)
    return None, len(text) - lowest


def _ends(text: bytes, end: int) -> list[int]:
    """Return where something may end, with nothing but blanks and comments between there and `end`."""
    found = []
    for _ in range(_COMMENTS + 1):
        before = len(text[:end].rstrip(_BLANKS))
        found.append(before)
        gap = text[before:end]
        if b"\n" not in gap and b"\r" not in gap:
            break
        line = max(text.rfind(b"\n", 0, before), text.rfind(b"\r", 0, before)) + 1
        end = text.find(b"%", line, before)
        if end < 0:
            break
    return found
