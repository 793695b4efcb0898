"""Calls that a dead drive or server can keep waiting for ever, asked with a limit.

A thread inside such a call cannot be stopped; it is left behind as a daemon and never asked again
about the same place until it comes back. So a dead mount costs one thread, not one at every look.
"""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_waiting: set[Hashable] = set()
_lock = threading.Lock()


class _Call(Generic[T]):
    def __init__(self, key: Hashable, call: Callable[[], T]) -> None:
        self._key = key
        self._call = call
        self.answer: T | None = None
        self.thread = threading.Thread(target=self._run, name=f"asking {key!r:.60}", daemon=True)

    def _run(self) -> None:
        try:
            self.answer = self._call()
        except (OSError, ValueError):  # ValueError: a NUL in a name
            pass
        finally:
            with _lock:
                _waiting.discard(self._key)


def ask_all(calls: Mapping[K, Callable[[], T]], seconds: float) -> dict[K, T | None]:
    """Make all calls side by side; None for those that raise OSError, ValueError or give no answer within `seconds`."""
    asked: dict[K, _Call[T]] = {}
    for key, call in calls.items():
        with _lock:
            if key in _waiting:
                continue
            _waiting.add(key)
        asked[key] = _Call(key, call)
        asked[key].thread.start()
    end = time.monotonic() + seconds
    for one in asked.values():
        one.thread.join(max(0.0, end - time.monotonic()))
    return {key: asked[key].answer if key in asked else None for key in calls}


def ask(key: Hashable, call: Callable[[], T], seconds: float) -> T | None:
    """Make one call; None if it raises OSError, ValueError or gives no answer within `seconds`."""
    return ask_all({key: call}, seconds)[key]
