"""Contents made from the strings and the conditions of rules, so that many of the rules are found in them."""

import random
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from medscan_gui.engine.match.condition import Node
from medscan_gui.engine.match.knowledge import bytes_read, number_of
from medscan_gui.engine.match.rule_files import Rule, RuleFile
from medscan_gui.engine.match.rule_text import StringText

#: Python's own reader of regular expressions, which has no public name.
expressions = import_module("re._parser")

_ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", '"': b'"', "\\": b"\\"}
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|([^\\]+)", re.DOTALL)
_HEX_PARTS = re.compile(r"\(([^()]*)\)|\[([0-9-]+)\]|([0-9A-Fa-f?]{2})")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAMES = frozenset(("filename", "filepath", "extension"))

#: A Windows program's first 1,024 bytes: headers that libyara parses, one section, nothing in it.
PORTABLE = (
    b"MZ".ljust(0x3C, b"\0")
    + (0x80).to_bytes(4, "little")
    + bytes(0x40)
    + b"PE\0\0\x4c\x01\x01\0"
    + bytes(12)
    + (0xE0).to_bytes(2, "little")
    + b"\x02\x01\x0b\x01"
    + bytes(14)
    + (0x200).to_bytes(4, "little")
    + bytes(8)
    + (0x400000).to_bytes(4, "little")
    + (0x1000).to_bytes(4, "little")
    + (0x200).to_bytes(4, "little")
    + bytes(52)
    + (16).to_bytes(4, "little")
    + bytes(128)
    + b".text".ljust(8, b"\0")
    + b"".join(number.to_bytes(4, "little") for number in (0x200, 0x200, 0x200, 0x200, 0, 0, 0, 0x60000020))
).ljust(1024, b"\0")
#: An ELF program of 64 bits without sections.
LINUX = (b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0\1\0\0\0" + bytes(28) + b"\x40\0\x38\0").ljust(64, b"\0")
BEGINNINGS = (
    *(
        b"",
        PORTABLE,
        PORTABLE,
        b"MZ",
        LINUX,
        LINUX,
        b"\x7fELF",
        b"PK\3\4",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-1.4\n",
    ),
    *(b"{\\rtf1", b"L\0\0\0\x01\x14\x02\0", b"#!/bin/sh\n", bytes(128) + b"DICM", b"MZ" + bytes(126) + b"DICM"),
    *(b"\x7fELF" + bytes(124) + b"DICM", b"\x1f\x8b", b"regf", b"<html>", b"\xca\xfe\xba\xbe", b"M", b"\x7fEL"),
)


class Maker:
    """Makes contents for the rules of a set."""

    def __init__(self, files: list[RuleFile], seed: int) -> None:
        self._chance = random.Random(seed)
        self._rules = [rule for file in files for rule in file.rules]

    def contents(self, count: int, largest: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield contents and paths; each rule in turn."""
        for number in range(count):
            yield self._content(self._rules[number % len(self._rules)], largest)

    def _content(self, rule: Rule, largest: int) -> tuple[bytes, bytes]:
        chance = self._chance
        strings = list(rule.strings)
        if chance.random() < 0.3:
            strings = chance.sample(strings, chance.randint(0, len(strings)))
        if chance.random() < 0.1:
            strings += chance.choice(self._rules).strings[:3]
        parts = [self.bytes_of(string) for string in strings for _ in range(chance.choice((1, 1, 1, 4)))]
        content = self._begun(rule, strings, chance.choice((b"\0", b"\r\n", b" ", b"|")).join(parts))
        return self._sized(rule, content, largest), self._path(rule)

    def _begun(self, rule: Rule, strings: list[StringText], body: bytes) -> bytes:
        """Give it a beginning: mostly the one that the rule asks for."""
        terms = list(_terms(rule.condition))
        demanded = [beginning for beginning in map(_demanded, terms) if beginning]
        at_zero = [string for string in strings if any(term.tokens == [string.name, "at", "0"] for term in terms)]
        kind = self._chance.random()
        if at_zero and kind < 0.6:
            return self.bytes_of(at_zero[0]) + body
        if demanded and kind < 0.7:
            wanted = bytearray()
            for offset, value in demanded if kind < 0.3 else [self._chance.choice(demanded)]:
                wanted.extend(bytes(max(0, offset + len(value) - len(wanted))))
                wanted[offset : offset + len(value)] = value
            fitting = [start for start in BEGINNINGS if start.startswith(bytes(wanted))]
            return self._chance.choice([bytes(wanted), *fitting]) + body
        return self._chance.choice(BEGINNINGS) + body

    def _sized(self, rule: Rule, content: bytes, largest: int) -> bytes:
        """Let it have about a size of which the rule speaks, or any other."""
        tokens = rule.condition.tokens
        bounds = [number_of(tokens[at + 2]) for at in range(len(tokens) - 2) if tokens[at] == "filesize"]
        sizes = [
            bound + self._chance.randint(-2, 1)
            for bound in bounds
            if bound is not None and (bound < largest or self._chance.random() < 0.02)
        ]
        sizes += [len(content), len(content), self._chance.choice((100, 5000, 70_000, 600_000))]
        size = self._chance.choice(sizes)
        return (content if self._chance.random() < 0.1 else content.ljust(size, self._chance.choice((b"\0", b"A"))))[
            : max(1, size, len(content))
        ] or b"\0"

    def _path(self, rule: Rule) -> bytes:
        tokens = rule.condition.tokens
        named = [
            tokens[at + 2][1:-1].encode()
            for at in range(len(tokens) - 2)
            if tokens[at] in _NAMES and tokens[at + 2].startswith('"')
        ]
        name = self._chance.choice([*named, *named, b"report.txt", b"photo.jpg.exe", b"notes.pdf.vbs"])
        return self._chance.choice((b"/mnt/stick/", b"/mnt/RECYCLER.BIN/files/")) + name

    # Strings ------------------------------------------------------------------------------------

    def bytes_of(self, string: StringText) -> bytes:
        """Return bytes in which a string is found."""
        value = string.value
        if value.startswith('"'):
            found = b"".join(map(_unescaped, _ESCAPED.finditer(value[1:-1])))
        elif value.startswith("{"):
            found = self._of_hex(_COMMENT.sub("", value[1:-1]))
        else:
            found = self._of_expression(expressions.parse(value[1 : value.rindex("/")]))
        if "nocase" in string.modifiers and self._chance.random() < 0.5:
            found = found.swapcase()
        if "wide" in string.modifiers and ("ascii" not in string.modifiers or self._chance.random() < 0.5):
            found = b"".join(bytes((one, 0)) for one in found)
        return found

    def _of_hex(self, text: str) -> bytes:
        found = b""
        for alternatives, jump, byte in _HEX_PARTS.findall(text):
            if alternatives:
                found += self._of_hex(self._chance.choice(alternatives.split("|")))
            elif jump:
                found += self._chance.randbytes(int(jump.split("-")[0] or 0))
            else:
                digits = (self._chance.choice("0123456789ABCDEF") if digit == "?" else digit for digit in byte)
                found += bytes.fromhex("".join(digits))
        return found

    def _of_expression(self, parsed: Iterable[Any]) -> bytes:
        return b"".join(self._of_operation(str(operation), argument) for operation, argument in parsed)

    def _of_operation(self, operation: str, argument: Any) -> bytes:
        match operation, argument:
            case "LITERAL", int(code):
                return bytes((code,))
            case "IN", list(members):
                return self._of_members(members)
            case (("MAX_REPEAT" | "MIN_REPEAT"), (int(least), most, parsed)):
                times = self._chance.randint(least, min(int(str(most)) if str(most).isdecimal() else 8, least + 4))
                return b"".join(self._of_expression(parsed) for _ in range(times))
            case "SUBPATTERN", (*_, parsed):
                return self._of_expression(parsed)
            case "BRANCH", (_, list(branches)):
                return self._of_expression(self._chance.choice(branches))
            case "ANY", _:
                return b"x"
        return b""  # a place, such as the end of a line

    def _of_members(self, members: list[Any]) -> bytes:
        if str(members[0][0]) == "NEGATE":
            return b"~"
        operation, argument = self._chance.choice(members)
        match str(operation), argument:
            case "LITERAL", int(code):
                return bytes((code,))
            case "RANGE", (int(first), int(last)):
                return bytes((self._chance.randint(first, last),))
            case _, category:
                return b"7" if "DIGIT" in str(category) else b" " if "SPACE" in str(category) else b"w"


def _unescaped(match: re.Match[str]) -> bytes:
    if match[1]:
        return bytes.fromhex(match[1])
    return _ESCAPES[match[2]] if match[2] else match[3].encode()


def _demanded(term: Node) -> tuple[int, bytes] | None:
    tokens = term.tokens
    number = number_of(tokens[5]) if len(tokens) == 6 and tokens[4] == "==" else None
    return None if number is None else bytes_read(tokens[:4], number)


def _terms(node: Node) -> Iterator[Node]:
    if not node.parts:
        yield node
    for part in node.parts:
        yield from _terms(part)
