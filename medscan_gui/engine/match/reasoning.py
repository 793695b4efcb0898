"""Which values a condition may have, given what is known of a content; and what is left of it to be asked.

Sound by construction: a value is excluded only by a shape listed here, everything else may be anything. The values
are libyara 4.5's: `and` and `or` take UNDEFINED for false, `not` leaves it UNDEFINED. Tests compare with libyara.
"""

from collections.abc import Callable, Mapping

from medscan_gui.engine.match.condition import Kind, Node
from medscan_gui.engine.match.knowledge import (
    ANY,
    FALSE,
    MIRRORED,
    NOT_TRUE,
    TRUE,
    UNDEFINED,
    Knowledge,
    bytes_read,
    compared,
    negated,
    number_of,
)
from medscan_gui.engine.match.modules import is_undefined

TEXT_SIGNS = frozenset(
    ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iequals", "matches"]
)
_SIGNS = TEXT_SIGNS | MIRRORED.keys()


class View:
    """One rule seen with what is known: of the content, of the rules before it, of its own strings."""

    def __init__(
        self,
        knowledge: Knowledge,
        rules: Mapping[str, int] | None = None,
        beginning_of: Callable[[str], bytes] = lambda _name: b"",
    ) -> None:
        """`rules` are what other rules may be, `beginning_of` the bytes that a string surely begins with."""
        self._known = knowledge
        self._rules = rules or {}
        self._beginning_of = beginning_of

    def values(self, node: Node) -> int:
        """Return the values that a node may have."""
        if node.kind is Kind.TERM:
            return self._term(node.tokens)
        if node.kind is Kind.LOOP:
            return self._loop(node)
        masks = [self.values(part) for part in node.parts]
        if node.kind is Kind.NOT:
            return negated(masks[0])
        if node.kind is Kind.DEFINED:
            return (TRUE if masks[0] & ~UNDEFINED else 0) | (FALSE if masks[0] & UNDEFINED else 0)
        return _joined(node.kind, masks)

    def _loop(self, node: Node) -> int:
        tokens = node.tokens
        wanted = tokens[1]
        often = wanted in {"any", "all"} or bool(number_of(wanted))
        header = tokens[2 : tokens.index(":")]
        if often and "in" in header and self._nothing_in(header[header.index("in") + 1 :]):
            return NOT_TRUE
        # Without a turn `all` may be true; strings there always are.
        turned = wanted != "all" or header[:1] == ["of"]
        inner = View(self._known, None, self._beginning_of)  # its variables may have the names of rules
        if often and turned and not inner.values(node.parts[0]) & TRUE:
            return NOT_TRUE
        return ANY

    def _nothing_in(self, over: list[str]) -> bool:
        if is_undefined(over, self._known.absent):
            return True
        if len(over) < 5 or (over[0], over[-1]) != ("(", ")") or over.count("..") != 1:
            return False
        middle = over.index("..")
        return any(is_undefined(side, self._known.absent) for side in (over[1:middle], over[middle + 1 : -1]))

    def _term(self, tokens: list[str]) -> int:
        if len(tokens) == 1:
            return self._word(tokens[0])
        at = [place for place, word in enumerate(tokens) if word in _SIGNS and _is_outside(tokens, place)]
        if at:
            return self._comparison(tokens[: at[0]], tokens[at[0]], tokens[at[0] + 1 :]) if len(at) == 1 else ANY
        return self._words(tokens)

    def _words(self, tokens: list[str]) -> int:
        """Several words, and no comparison."""
        if tokens == ["pe", ".", "is_pe"]:
            return FALSE if "pe" in self._known.absent else TRUE | FALSE
        if tokens[1] in {"at", "in"} and tokens[0].startswith("$"):
            return self._placed(tokens[0], tokens[1], tokens[2:])
        if tokens[1] == "of":
            return self._some_of(tokens)
        return UNDEFINED if is_undefined(tokens, self._known.absent) else ANY

    def _word(self, word: str) -> int:
        if word in {"true", "false"}:
            return TRUE if word == "true" else FALSE
        if word.startswith("$"):
            return FALSE if self._known.no_strings else TRUE | FALSE
        return self._rules.get(word, ANY)

    def _some_of(self, tokens: list[str]) -> int:
        least = tokens[0] in {"any", "all"} or bool(number_of(tokens[0]))
        ours = tokens[2] == "them" or (tokens[2] == "(" and tokens[3].startswith("$"))
        return NOT_TRUE if self._known.no_strings and least and ours else ANY

    def _placed(self, name: str, word: str, place: list[str]) -> int:
        """`$name at PLACE`, `$name in (FIRST..LAST)`."""
        if self._known.no_strings:
            return NOT_TRUE
        if word == "in":
            return NOT_TRUE if self._nothing_in(place) else ANY
        if is_undefined(place, self._known.absent):
            return NOT_TRUE
        offset = number_of(place[0]) if len(place) == 1 else None
        if offset is None or not (beginning := self._beginning_of(name)):
            return ANY
        return ANY if self._known.beginning_is(offset, beginning) & TRUE else NOT_TRUE

    def _comparison(self, left: list[str], sign: str, right: list[str]) -> int:
        if not left or not right:
            return ANY
        if is_undefined(left, self._known.absent) or is_undefined(right, self._known.absent):
            return UNDEFINED if sign in MIRRORED else NOT_TRUE
        if sign in TEXT_SIGNS:
            return ANY
        if len(right) != 1 or (number := number_of(right[0])) is None:
            if len(left) != 1 or (number := number_of(left[0])) is None:
                return ANY
            left, sign = right, MIRRORED[sign]
        return self._against(left, sign, number)

    def _against(self, left: list[str], sign: str, number: int) -> int:
        """Something compared with a number."""
        if left == ["filesize"]:
            return self._known.size_is(sign, number)
        if self._known.no_strings and len(left) == 1 and left[0].startswith("#"):
            return compared(0, sign, number)
        read = bytes_read(left, number) if sign in {"==", "!="} else None
        if read is None:
            return ANY
        mask = self._known.beginning_is(*read)
        return mask if sign == "==" else negated(mask)


def _joined(kind: Kind, masks: list[int]) -> int:
    """Return what `and` or `or` makes of its parts; whether UNDEFINED stays or becomes FALSE is left open."""
    if kind is Kind.AND:
        true, other = all(mask & TRUE for mask in masks), any(mask & NOT_TRUE for mask in masks)
    else:
        true, other = any(mask & TRUE for mask in masks), all(mask & NOT_TRUE for mask in masks)
    return (TRUE if true else 0) | (NOT_TRUE if other else 0)


def _is_outside(tokens: list[str], place: int) -> bool:
    before = tokens[:place]
    return before.count("(") == before.count(")") and before.count("[") == before.count("]")


def fold(node: Node, view: View) -> Node | bool:
    """Return what is left of a whole condition once what is certain is taken out of it; True or False if nothing.

    Only where UNDEFINED and FALSE are the same to the whole: in the parts of `and` and `or` down from the root.
    """
    mask = view.values(node)
    if mask == TRUE or not mask & TRUE:
        return mask == TRUE
    if node.kind not in {Kind.AND, Kind.OR}:
        return node
    kept = [part for part in (fold(part, view) for part in node.parts) if not isinstance(part, bool)]
    return join(node.kind, kept)


def relax(node: Node, blocked: Callable[[Node], bool]) -> Node | bool:
    """Return a condition that is true wherever this one is, without the terms that are `blocked`; True if empty."""
    if not blocked(node):
        return node
    if node.kind not in {Kind.AND, Kind.OR}:
        return True
    parts = [relax(part, blocked) for part in node.parts]
    kept = [part for part in parts if not isinstance(part, bool)]
    if not kept or (node.kind is Kind.OR and len(kept) < len(parts)):
        return True
    return join(node.kind, kept)


def join(kind: Kind, parts: list[Node]) -> Node:
    """Return parts joined by `and` or `or`."""
    if len(parts) == 1:
        return parts[0]
    text = f" {kind.value} ".join(f"({part.text})" if part.kind in {Kind.AND, Kind.OR} else part.text for part in parts)
    return Node(kind, [word for part in parts for word in part.tokens], text, parts)
