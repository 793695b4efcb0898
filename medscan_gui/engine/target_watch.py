"""Is the target still there? Asked in a thread of its own: a dead mount answers nobody."""

import os
import threading
from collections.abc import Callable

from medscan_gui.engine import places
from medscan_gui.engine.identity import FileSystems

#: A target that does not answer for so long is as good as gone (seconds).
_ANSWER_SECONDS = 5.0
#: Targets looked after. Each one that vanishes is told by the walk or a worker as well.
_WATCHED = 64


class TargetWatch:
    """Remembers what the targets were at the start, and compares.

    A target that was not there at the start is not waited for (the walk tells of it), unless none was there.
    """

    def __init__(self, paths: tuple[bytes, ...], wake: Callable[[], None]) -> None:
        # Of many targets, some: all of them could not be asked within the time that an answer may take.
        self._paths = paths[:: -(-len(paths) // _WATCHED) or 1]
        self._wake = wake
        self._systems = FileSystems()
        self._identities: dict[bytes, places.Identity] | None = None
        self._asked_at: float | None = None
        self._answer: bool | None = None

    def ask(self, now: float) -> None:
        """Begin to find out, unless that is under way; `wake` is called when the answer is there."""
        if self._asked_at is None:
            self._asked_at, self._answer = now, None
            threading.Thread(target=self._look, name="target watch", daemon=True).start()

    def answer(self, now: float) -> bool | None:
        """Return True (still there) or False (gone) once, or None as long as that is not known."""
        if self._asked_at is None:
            return None
        answer = self._answer
        if answer is None and now - self._asked_at > _ANSWER_SECONDS:
            answer = False
        if answer is not None:
            self._asked_at = None
        return answer

    @property
    def asking(self) -> bool:
        """An answer is awaited."""
        return self._asked_at is not None

    def _look(self) -> None:
        if self._identities is None:
            self._identities, any_there = self._first_sight()
        else:
            any_there = True
        self._answer = any_there and all(self._is_still_there(*target) for target in self._identities.items())
        self._wake()

    def _first_sight(self) -> tuple[dict[bytes, places.Identity], bool]:
        """Return what can be looked at again, and whether any target is there."""
        found: dict[bytes, places.Identity] = {}
        refused = False
        for path in self._paths:
            try:
                found[path] = self._identity(path)
            except PermissionError:
                refused = True  # it is there, and says so
            except (OSError, ValueError):
                continue
        return found, refused or bool(found)

    def _identity(self, path: bytes) -> places.Identity:
        return self._systems.lasting(os.stat(places.os_path(path)))  # noqa: PTH116  # prefixed text on Windows

    def _is_still_there(self, path: bytes, found: places.Identity) -> bool:
        """Same file or directory as at first sight, and (a directory) still to be listed, without leaving a trace."""
        try:
            if self._identity(path) != found:
                return False
            _list_some(path)
        except (NotADirectoryError, PermissionError):
            return True  # a file, or a directory that is there, and says so
        except OSError:
            return False
        return True


def _list_some(path: bytes) -> None:
    if places.WINDOWS:
        with os.scandir(places.os_path(path)) as entries:
            next(entries, None)
        return
    descriptor = places.open_directory(path, follow=True)
    try:
        with os.scandir(descriptor) as entries:
            next(entries, None)
    finally:
        os.close(descriptor)
