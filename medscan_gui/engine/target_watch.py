"""Is the target still there? Asked in a thread of its own: a dead mount answers nobody."""

import os
import threading
from collections.abc import Callable

from medscan_gui.engine import places

#: A target that does not answer for so long is as good as gone (seconds).
_ANSWER_SECONDS = 5.0


class TargetWatch:
    """Remembers what the targets were at the start, and compares."""

    def __init__(self, paths: tuple[bytes, ...], wake: Callable[[], None]) -> None:
        self._paths = paths
        self._wake = wake
        self._identities: dict[bytes, places.Identity] = {}
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
        self._answer = all(map(self._is_there, self._paths))
        self._wake()

    def _is_there(self, path: bytes) -> bool:
        """Same file or directory as at first sight, and (a directory) still to be listed."""
        target = places.os_path(path)
        try:
            identity = places.identity(os.stat(target))  # noqa: PTH116  # prefixed text on Windows
            if self._identities.setdefault(path, identity) != identity:
                return False
            with os.scandir(target) as entries:
                next(entries, None)
        except NotADirectoryError:
            return True
        except PermissionError:
            return True  # it is there, and says so
        except OSError:
            return False
        return True
