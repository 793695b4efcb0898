"""A process that has a file in use."""

import msgspec

from medscan_gui.core.names import shown_raw

_NAME_CHARACTERS = 64


class Holder(msgspec.Struct, frozen=True, order=True):
    """A process that has a file in use; its name is escaped for showing."""

    pid: int
    name: str

    @classmethod
    def of(cls, pid: int, name: bytes) -> "Holder":
        """Return the holder with the name that the system tells, which the process may have chosen itself."""
        return cls(pid, shown_raw(name, _NAME_CHARACTERS))
