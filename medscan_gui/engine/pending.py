"""The stack of directories still to be walked; walker and supervisor keep the same one, step by step."""

from collections.abc import Iterable

from medscan_gui.engine.identity import MARK_BYTES, UNKNOWN
from medscan_gui.engine.places import join
from medscan_gui.engine.protocol import PendingFolders


class PendingStack:
    """Directories to walk, next one last. Kept as joined names: a million of them are some 40 MB."""

    def __init__(self, groups: Iterable[PendingFolders] = (), root: bytes = b"") -> None:
        #: The target that the directories next to come belong to, as it really lies; b"" if they are targets.
        self.root = root
        self._groups = [(group.directory, group.names, group.marks) for group in groups if group.names]

    def __bool__(self) -> bool:
        return bool(self._groups)

    def push(self, directory: bytes, names: bytes, marks: bytes) -> None:
        """Add the NUL-separated `names` found in `directory`, and what they were when they were listed."""
        if names:
            self._groups.append((directory, names, marks))

    def pop(self) -> tuple[bool, bytes, bytes]:
        """Take the next one: whether it is a target, its path and its mark. Raises IndexError if none is left."""
        directory, names, marks = self._groups.pop()
        rest, _, name = names.rpartition(b"\0")
        if rest:
            self._groups.append((directory, rest, marks[:-MARK_BYTES]))
        return not directory, join(directory, name), marks[-MARK_BYTES:] or UNKNOWN

    def groups(self) -> tuple[PendingFolders, ...]:
        """Return what is left, for another walker to go on with."""
        return tuple(PendingFolders(*group) for group in self._groups)
