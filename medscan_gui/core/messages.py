"""Message codes with parameters: how everything below the window speaks.

A Message names a sentence of `core.sentences` by its code and carries the values that go into it.
`core.text.Words.sentence` turns it into words of one language. Records store codes, so that an
old record can be read in a language that is added later.
"""

from typing import Self

import msgspec

Parameter = str | int


class Message(msgspec.Struct, frozen=True):
    """A sentence to be: its code and its parameters. Hashable and comparable by value."""

    code: str
    params: tuple[tuple[str, Parameter], ...] = ()

    @classmethod
    def of(cls, code: str, **params: Parameter) -> Self:
        """Return the message `code` with named parameters, in a fixed order."""
        return cls(code, tuple(sorted(params.items())))

    def param(self, name: str) -> Parameter | None:
        """Return one parameter, or None if the message has none of that name."""
        return dict(self.params).get(name)


class MedScanError(Exception):
    """An error that the operator can be told: it carries its sentence as a Message.

    Anything else that is raised is a bug.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.code, message.params)
        self.message = message
