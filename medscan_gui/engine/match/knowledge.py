"""What is known of a content before it is searched, and what that makes of single comparisons.

A term is TRUE, FALSE or UNDEFINED (libyara's third value: what lies beyond the end of a content, what a module
could not parse). A set of values is a bit mask of them; whatever is not understood may be any.
"""

import re
from typing import NamedTuple

TRUE, FALSE, UNDEFINED = 1, 2, 4
NOT_TRUE = FALSE | UNDEFINED
ANY = TRUE | FALSE | UNDEFINED

_UNITS = {"KB": 1 << 10, "MB": 1 << 20}
_NUMBER = re.compile(r"([0-9]{1,15})(KB|MB)?|0x([0-9A-Fa-f]{1,15})|0o([0-7]{1,18})")
_READER = re.compile(r"(u?)int(8|16|32)(be)?")

#: Comparisons of numbers, and what each is with its sides exchanged.
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Knowledge(NamedTuple):
    """What is certain of every content of one class."""

    #: It begins with these bytes,
    begins: bytes = b""
    #: with none of these,
    begins_not: tuple[bytes, ...] = ()
    #: has so many bytes at least,
    least: int = 0
    #: fewer than so many (None: no bound),
    below: int | None = None
    #: and these modules find nothing to parse in it.
    absent: frozenset[str] = frozenset()
    #: No string of the rule at hand is in it.
    no_strings: bool = False

    def beginning_is(self, offset: int, wanted: bytes) -> int:
        """Return what `the bytes from offset on are these` may be."""
        end = offset + len(wanted)
        if self.below is not None and end >= self.below:
            return UNDEFINED
        known = self.begins[offset:end]
        never = FALSE if self.least >= end else NOT_TRUE
        if known != wanted[: len(known)]:
            return never
        if len(known) == len(wanted):
            return TRUE
        if offset == 0 and wanted.startswith(self.begins_not):
            return never
        return TRUE | never

    def size_is(self, sign: str, number: int) -> int:
        """Return what `filesize SIGN number` may be."""
        last = number if self.below is None else self.below - 1
        infinite = self.below is None
        if sign in {"<=", ">"}:
            return _turned(self.size_is("<", number + 1), turn=sign == ">")
        if sign == ">=":
            return _turned(self.size_is("<", number), turn=True)
        if sign == "<":
            can, cannot = self.least < number, infinite or last >= number
        else:
            can = self.least <= number and (infinite or number <= last)
            cannot = infinite or (self.least, last) != (number, number)
        return _turned(TRUE * can | FALSE * cannot, turn=sign == "!=")


def _turned(mask: int, *, turn: bool) -> int:
    """Return a mask, with TRUE and FALSE exchanged if so wanted."""
    if not turn:
        return mask
    return (mask & UNDEFINED) | (FALSE if mask & TRUE else 0) | (TRUE if mask & FALSE else 0)


def negated(mask: int) -> int:
    """Return what `not` makes of it: nothing of UNDEFINED."""
    return _turned(mask, turn=True)


def number_of(token: str) -> int | None:
    """Return the value of a number as YARA writes it; None if it is none, or an unusually long one."""
    match = _NUMBER.fullmatch(token)
    if match is None:
        return None
    if match[1] is not None:
        return int(match[1]) * _UNITS.get(match[2], 1)
    return int(match[3], 16) if match[3] is not None else int(match[4], 8)


def bytes_read(tokens: list[str], number: int) -> tuple[int, bytes] | None:
    """Return offset and bytes that make `uint16(OFFSET) == number` true, for tokens of its left side.

    None if the side is anything else, or no bytes can have that value.
    """
    if len(tokens) != 4 or tokens[1] != "(" or tokens[3] != ")":
        return None
    reader, offset = _READER.fullmatch(tokens[0]), number_of(tokens[2])
    if reader is None or offset is None:
        return None
    bits = int(reader[2])
    if number >> (bits if reader[1] else bits - 1):
        return None
    return offset, number.to_bytes(bits // 8, "big" if reader[3] else "little")


def compared(left: int, sign: str, right: int) -> int:
    """Return what comparing two numbers gives."""
    result = {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[sign]
    return TRUE if result else FALSE
