"""Objects that other objects only point to, by their numbers: of all revisions, since no table is believed."""

from collections.abc import Iterator

from medscan_gui.engine.unpack.pdf_crypt import Dictionary
from medscan_gui.engine.unpack.pdf_syntax import Name, Ref, Value

Filters = list[tuple[bytes, Dictionary]]
"""The filters of a stream, each with its parameters."""

#: Numbers that are asked for, values that are kept of one, steps from one to the next, values within one.
_NUMBERS = 20_000
_REVISIONS = 4
_STEPS = 8
_WITHIN = 256


class Values:
    """The objects that are asked for by number."""

    def __init__(self) -> None:
        self._asked: dict[int, list[Value]] = {}
        #: There are more than are kept.
        self.limited = False

    def ask(self, value: Value) -> bool:
        """Ask for all that a value points to; says whether something of it was not asked for before."""
        more = False
        for ref in _refs(value):
            if ref.number in self._asked:
                continue
            if len(self._asked) >= _NUMBERS:
                self.limited = True
                return more
            self._asked[ref.number] = []
            more = True
        return more

    def waiting(self) -> bool:
        """Say whether something that is asked for was not found yet."""
        return not all(self._asked.values())

    def wants(self, number: int) -> bool:
        """Say whether an object is asked for."""
        return number in self._asked

    def take(self, number: int, value: Value) -> bool:
        """Keep one revision of an object; says whether it points to something new."""
        kept = self._asked.get(number)
        if kept is None or value in kept:
            return False
        if len(kept) >= _REVISIONS:
            self.limited = True
            return False
        kept.append(value)
        return self.ask(value)

    def all_of(self, number: int) -> list[Value]:
        """Return the revisions of an object that was asked for."""
        return self._asked.get(number, [])

    def filters(self, stream: Dictionary) -> list[Filters | None]:
        """Return what the filters of a stream may be, one for each revision that differs.

        None stands for filters that are nowhere in the file.
        """
        names = stream.get(b"Filter")
        parameters = stream.get(b"DecodeParms", stream.get(b"DP"))
        if names is None and not isinstance(names := stream.get(b"F"), Name | list):
            names = None
        found: list[Filters | None] = []
        for revision in range(_REVISIONS):
            one = _paired(self._resolved(names, revision), self._resolved(parameters, revision))
            if one not in found:
                found.append(one)
            if not any(True for _ in _refs([names, parameters])):
                break
        return found

    def _resolved(self, value: Value, revision: int, steps: int = _STEPS) -> Value:
        """Return a value with what it points to in place; a Ref stays where that is nowhere."""
        if isinstance(value, Ref):
            kept = self.all_of(value.number)
            if not kept or not steps:
                return value
            return self._resolved(kept[min(revision, len(kept) - 1)], revision, steps - 1)
        if isinstance(value, list):
            return [self._entry(one, revision, steps) for one in value[:_WITHIN]]
        if isinstance(value, dict):
            return {key: self._entry(one, revision, steps) for key, one in list(value.items())[:_WITHIN]}
        return value

    def _entry(self, value: Value, revision: int, steps: int) -> Value:
        # Filters lie in a list at most, parameters in a dictionary in one: deeper ones are nobody's.
        inner = isinstance(value, Ref | dict) and steps > _STEPS - 4
        return self._resolved(value, revision, steps - 1) if inner else value


def _paired(names: Value, parameters: Value) -> Filters | None:
    names = names if isinstance(names, list) else [names]
    own = parameters if isinstance(parameters, list) else [parameters]
    found: Filters = []
    for place, name in enumerate(names):
        if isinstance(name, Ref):
            return None
        if isinstance(name, Name):
            one = own[place] if place < len(own) else None
            found.append((bytes(name), one if isinstance(one, dict) else {}))
    return found


def _refs(value: Value) -> Iterator[Ref]:
    left = [value]
    for _ in range(4 * _WITHIN):
        if not left:
            return
        one = left.pop()
        if isinstance(one, Ref):
            yield one
        elif isinstance(one, dict):
            left.extend(list(one.values())[:_WITHIN])
        elif isinstance(one, list):
            left.extend(one[:_WITHIN])
