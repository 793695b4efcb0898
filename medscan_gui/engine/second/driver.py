"""Asking an engine file by file, whatever becomes of it: each file ends with exactly one answer."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from medscan_gui.core.messages import Message
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import REST_MOST
from medscan_gui.engine.second.answers import answer_of
from medscan_gui.engine.second.base import Answer, Answered, Beat, Given, Unusable

#: How long one look for an answer takes; in between others hear that we live.
_LOOK = 0.2
#: An engine lost so often is given up.
_MOST_LOSSES = 5
#: A file that was at hand so often when the engine was lost is not given to it again.
_TRIES = 2


class Lost(Exception):  # noqa: N818  # of the engine, not of ours
    """The engine has gone away; it may be reached again."""


class Channel(Protocol):
    """A way to an engine that takes open files."""

    #: Files that may wait for their answers at once.
    window: int

    def give(self, key: int, descriptor: int) -> None:
        """Have a file analysed. Raises Lost."""

    def take(self, seconds: float) -> tuple[int, str] | None:
        """Return an answer with its key, None if there is none for so long. Raises Lost, Unusable."""


#: Makes the way to the engine anew, and proves the engine again. Raises Lost, Unusable.
Reopen = Callable[[], None]


class _Waiting(NamedTuple):
    file: Given
    since: float
    tries: int


class Driver:
    """Gives files to a channel and takes its answers."""

    def __init__(self, channel: Channel, reopen: Reopen, *, file_seconds: float, share: float, beat: Beat) -> None:
        self._channel = channel
        self._reopen = reopen
        self._patience = file_seconds
        self._share = share
        self._beat = beat
        self._waiting: dict[int, _Waiting] = {}
        #: Files to be given again, one by one.
        self._again: deque[_Waiting] = deque()
        self._key = 0
        self._losses = 0

    def run(self, files: Iterator[Given]) -> Iterator[Answered]:
        """Yield each file with its answer. Raises Unusable if the engine must be given up."""
        while True:
            begun = time.monotonic()
            try:
                self._fill(files)
                if not self._waiting and not self._again:
                    return
                answered = self._take()
            except Lost as lost:
                yield from self._lost(str(lost))
                continue
            if answered is not None:
                yield answered
                self._rest(time.monotonic() - begun)
            else:
                yield from self._overdue()
            self._beat()

    def _fill(self, files: Iterator[Given]) -> None:
        if self._again:
            if not self._waiting:
                again = self._again.popleft()
                self._give(again.file, again.tries + 1)
            return
        while len(self._waiting) < self._channel.window and (file := next(files, None)) is not None:
            self._give(file, 1)

    def _give(self, file: Given, tries: int) -> None:
        self._key += 1
        self._waiting[self._key] = _Waiting(file, time.monotonic(), tries)
        self._channel.give(self._key, file.descriptor)

    def _take(self) -> Answered | None:
        if not self._waiting:
            return None
        taken = self._channel.take(_LOOK)
        if taken is None:
            return None
        key, text = taken
        waiting = self._waiting.pop(key)
        answer = answer_of(text)
        if answer is None:
            answer = Answer(Outcome.UNREADABLE, Cause.ENGINE_ERROR, "?")
        return Answered(waiting.file, answer)

    def _overdue(self) -> Iterator[Answered]:
        now = time.monotonic()
        late = [key for key, waiting in self._waiting.items() if now - waiting.since > self._patience]
        for key in late:
            yield Answered(self._waiting.pop(key).file, Answer(Outcome.TIMED_OUT, Cause.NO_ANSWER))
        if late:
            yield from self._lost("overdue")

    def _lost(self, detail: str) -> Iterator[Answered]:
        """Deal with what was at hand when the engine was lost, and reach it again."""
        self._losses += 1
        for waiting in self._waiting.values():
            if waiting.tries >= _TRIES:
                yield Answered(waiting.file, Answer(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED, detail[:100]))
            else:
                self._again.append(waiting)
        self._waiting.clear()
        if self._losses > _MOST_LOSSES:
            raise Unusable(Message.of("second.not_complete", engine="ClamAV"))
        try:
            self._reopen()
        except Lost as lost:
            raise Unusable(Message.of("second.not_complete", engine="ClamAV")) from lost

    def _rest(self, worked: float) -> None:
        """Keep to the share of a gentle scan: the engine works while we wait for it."""
        if self._share <= 0.0:
            return
        until = time.monotonic() + min(worked / self._share - worked, REST_MOST)
        while (left := until - time.monotonic()) > 0.0:
            time.sleep(min(left, _LOOK))
            self._beat()
