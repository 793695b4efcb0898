"""The stack of directories still to be walked; walker and supervisor keep the same one, step by step."""

from collections.abc import Iterable

from medscan_gui.engine.places import join
from medscan_gui.engine.protocol import PendingFolders


class PendingStack:
    """Directories to walk, next one last. Kept as joined names: a million of them are some 20 MB."""

    def __init__(self, groups: Iterable[PendingFolders] = ()) -> None:
        self._groups = [(group.directory, group.names) for group in groups if group.names]

    def __bool__(self) -> bool:
        return bool(self._groups)

    def push(self, directory: bytes, names: bytes) -> None:
        """Add the NUL-separated `names` found in `directory`."""
        if names:
            self._groups.append((directory, names))

    def pop(self) -> tuple[bool, bytes]:
        """Take the next one: whether it is a target, and its path. Raises IndexError if none is left."""
        directory, names = self._groups.pop()
        rest, _, name = names.rpartition(b"\0")
        if rest:
            self._groups.append((directory, rest))
        return not directory, join(directory, name)

    def groups(self) -> tuple[PendingFolders, ...]:
        """Return what is left, for another walker to go on with."""
        return tuple(PendingFolders(directory, names) for directory, names in self._groups)
