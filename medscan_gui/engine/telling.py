"""What a walker tells: lines gathered into few writes, files gathered into batches."""

import time
from collections.abc import Callable

import msgspec

from medscan_gui.engine import limits
from medscan_gui.engine.identity import UNKNOWN, has_inode, pack_numbers, pack_times
from medscan_gui.engine.protocol import Entries, line
from medscan_gui.engine.unchanged import NO_KEY, NO_TIME

Send = Callable[[bytes], None]

#: What is told is gathered up to this many bytes, and (for `Teller.late`) this many seconds.
_GATHER_BYTES = 32 << 10
_GATHER_SECONDS = 0.1


class Teller:
    """Gathers messages and sends them as whole lines."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lines: list[bytes] = []
        self._bytes = 0
        self._sent_at = time.monotonic()

    def tell(self, message: msgspec.Struct) -> None:
        """Add a message; it is sent when there is enough, or at the next `flush`."""
        told = line(message)
        self._lines.append(told)
        self._bytes += len(told)
        if self._bytes > _GATHER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is gathered."""
        self._sent_at = time.monotonic()
        if self._lines:
            self._send(b"".join(self._lines))
            self._lines.clear()
            self._bytes = 0

    @property
    def late(self) -> bool:
        """Nothing was sent for so long that the supervisor should hear something."""
        return time.monotonic() - self._sent_at > _GATHER_SECONDS


class FileBatch:
    """Gathers the files of one directory into messages that are the unit of work.

    A batch is closed by its number, its content or its names; a large file travels alone, so that the small
    ones beside it need not wait for it. Keeps count of all items and bytes, and of the ids.
    """

    def __init__(self, first_id: int, tell: Callable[[msgspec.Struct], None]) -> None:
        self._tell = tell
        self._next_id = first_id
        self.directory = b""
        self.items = 0
        self.bytes = 0
        self._names: list[bytes] = []
        self._sizes: list[int] = []
        self._inodes: list[int] = []
        self._keys: list[bytes] = []
        self._changed: list[int] = []
        self._mark = UNKNOWN
        self._headers = False
        self._content = 0
        self._name_bytes = 0

    def enter(self, directory: bytes, mark: bytes, *, headers: bool = False) -> None:
        """Say which directory the next files lie in, and whether only the beginning of each is to be read."""
        self.close()
        self.directory, self._mark, self._headers = directory, mark, headers

    def add(self, name: bytes, size: int, inode: int, key: bytes = b"", changed_ns: int = NO_TIME) -> None:
        """Add a file. Either all have a `key` (NO_KEY for none, `unchanged`), or nobody asks for any."""
        if self._sizes and size > limits.LARGE_FILE:
            self.close()
        self._names.append(name)
        self._sizes.append(size)
        self._inodes.append(inode)
        if key:
            self._keys.append(key)
            self._changed.append(NO_TIME if key == NO_KEY else changed_ns)
        self._content += size
        self._name_bytes += len(name) + 1
        if (
            len(self._sizes) >= limits.BATCH_ITEMS
            or self._content > limits.BATCH_CONTENT
            or self._name_bytes > limits.BATCH_NAMES
        ):
            self.close()

    def close(self) -> None:
        """Tell of the files gathered."""
        if not self._sizes:
            return
        names, told = b"\0".join(self._names), has_inode(self._mark) and all(self._inodes)
        inodes = pack_numbers(self._inodes) if told else b""
        keys, changed = (b"".join(self._keys), pack_times(self._changed)) if told else (b"", b"")
        self._tell(
            Entries(
                self._next_id,
                self.directory,
                names,
                self._sizes,
                self._mark,
                inodes,
                self._headers,
                keys=keys,
                changed=changed,
            )
        )
        self._next_id += len(self._sizes)
        self.items += len(self._sizes)
        self.bytes += self._content
        self._names, self._sizes, self._inodes, self._keys, self._changed = [], [], [], [], []
        self._content = self._name_bytes = 0
