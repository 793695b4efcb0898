"""Enumerate targets: every file once, no link followed, nothing opened but directories.

Depth first, one directory at a time; each is announced before it is opened, so that the supervisor can name
the one on a hung mount. Memory is bounded by the names of the directories still to be walked, never by files.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import limits, places
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.protocol import Done, Enter, Folders, PassedOver, Resolved, Trouble, Walk
from medscan_gui.engine.telling import FileBatch, Send, Teller
from medscan_gui.engine.troubles import ending_of

Entry = os.DirEntry[str]


class Walker:
    """One walk. `send` takes whole lines and blocks while the supervisor is busy."""

    def __init__(self, order: Walk, send: Send) -> None:
        self._exclude = frozenset(order.exclude)
        self._virtual = places.virtual_devices() if order.skip_virtual else frozenset()
        self._network = frozenset(order.network)
        self._pending = PendingStack(order.pending)
        #: Every directory walked: a file system mounted twice, or into itself, is walked once.
        self._seen: set[places.Identity] = set()
        self._teller = Teller(send)
        self._files = FileBatch(order.first_id, self._teller.tell)
        self._folders: list[bytes] = []
        self._folder_bytes = 0
        self._passed: dict[Cause, int] = {}
        #: Items that are not files to scan.
        self._others = 0

    def run(self) -> None:
        """Walk to the end and say so. Raises OSError only when the supervisor is gone."""
        while self._pending:
            is_target, path = self._pending.pop()
            self._teller.tell(Enter())
            self._teller.flush()
            try:
                if is_target:
                    self._walk_target(path)
                else:
                    self._walk_directory(path)
            except OSError as error:
                self._trouble(b"", error)
            self._tell_gathered()
        self._teller.tell(Done(self._files.items + self._others, self._files.bytes))
        self._teller.flush()

    def _walk_target(self, path: bytes) -> None:
        """Walk a target: the links in its own name are followed, and it may be a single file."""
        real = raw_bytes(os.path.realpath(path_of(path)))
        status = os.lstat(places.os_path(real))
        if stat.S_ISDIR(status.st_mode):
            self._teller.tell(Resolved(real))
            self._walk_directory(real)
            return
        directory, name = places.split(real)
        self._teller.tell(Resolved(directory))
        self._files.enter(directory)
        if places.identity(status) in self._exclude:
            self._pass_over(Cause.OWN_PROGRAM)
        elif stat.S_ISREG(status.st_mode):
            self._files.add(name, status.st_size)
        else:
            self._pass_over(Cause.SPECIAL_FILE)

    def _walk_directory(self, path: bytes) -> None:
        self._files.enter(path)
        with _opened(path) as (status, listed):
            if cause := self._left_out(status):
                self._pass_over(cause)
                return
            with os.scandir(listed) as entries:
                for entry in entries:
                    self._take(entry)
                    if self._teller.late:
                        self._tell_gathered()

    def _left_out(self, status: os.stat_result) -> Cause | None:
        """Say why a directory is not walked. One that was walked already is as good as a link to itself."""
        found = places.identity(status)
        if found in self._exclude:
            return Cause.OWN_PROGRAM
        if status.st_dev in self._virtual:
            return Cause.VIRTUAL_FILE_SYSTEM
        if status.st_dev in self._network:
            return Cause.NETWORK_PLACE
        if found in self._seen:
            return Cause.LINK
        self._seen.add(found)
        return None

    def _take(self, entry: Entry) -> None:
        name = raw_bytes(entry.name)
        try:
            if len(name) > limits.NAME_BYTES:
                self._refuse_name(name)
            elif entry.is_file(follow_symlinks=False):
                self._take_file(name, entry.stat(follow_symlinks=False))
            elif entry.is_symlink() or (places.WINDOWS and places.is_link(entry.stat(follow_symlinks=False))):
                self._pass_over(Cause.LINK)
            elif entry.is_dir(follow_symlinks=False):
                self._take_folder(name)
            else:
                self._pass_over(Cause.SPECIAL_FILE)
        except OSError as error:
            self._trouble(name, error)

    def _take_file(self, name: bytes, status: os.stat_result) -> None:
        if stat.S_ISREG(status.st_mode) and not places.is_link(status):
            self._files.add(name, status.st_size)
        else:  # replaced since it was listed
            self._pass_over(Cause.LINK if places.is_link(status) else Cause.SPECIAL_FILE)

    def _take_folder(self, name: bytes) -> None:
        self._folders.append(name)
        self._folder_bytes += len(name) + 1
        if self._folder_bytes > limits.BATCH_NAMES:
            self._tell_folders()

    def _refuse_name(self, name: bytes) -> None:
        self._others += 1
        start, detail = name[: limits.NAME_BYTES], f"{len(name)} bytes"
        self._teller.tell(Trouble(start, Outcome.UNREADABLE, Cause.NAME_TOO_LONG, detail))

    def _pass_over(self, cause: Cause) -> None:
        self._others += 1
        self._passed[cause] = self._passed.get(cause, 0) + 1

    def _trouble(self, name: bytes, error: OSError) -> None:
        self._others += 1
        self._teller.tell(Trouble(name, *ending_of(error)))

    def _tell_gathered(self) -> None:
        """Tell all that was found so far."""
        self._files.close()
        self._tell_folders()
        for cause, items in self._passed.items():
            self._teller.tell(PassedOver(cause, items))
        self._passed.clear()
        self._teller.flush()

    def _tell_folders(self) -> None:
        if self._folders:
            names = b"\0".join(self._folders)
            self._pending.push(self._files.directory, names)
            self._teller.tell(Folders(names))
            self._folders.clear()
            self._folder_bytes = 0


@contextmanager
def _opened(path: bytes) -> Iterator[tuple[os.stat_result, int | str]]:
    """Open a directory without following a link, and give its status and what `os.scandir` lists."""
    if places.WINDOWS:
        listed = places.os_path(path)
        yield os.lstat(listed), listed
        return
    descriptor = places.open_directory(path)
    try:
        yield os.fstat(descriptor), descriptor
    finally:
        os.close(descriptor)
