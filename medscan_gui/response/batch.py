"""Many files, one after another, in a thread of their own: progress and cancel never wait for a slow medium."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from medscan_gui.core.action import ActionItem, ItemResult
from medscan_gui.core.events import CleanUpProgress, FileCleaned
from medscan_gui.response.gauge import Gauge

Thing = TypeVar("Thing")

#: Seconds that a cancelled batch waits for the file at hand: a dead drive may never answer.
PATIENCE = 5.0


class Batch(Generic[Thing]):
    """Does `do` for each thing. `events` is iterated by one thread, once; the rest may be called from any.

    `place` names a thing while it is at hand: raw name bytes.
    """

    def __init__(
        self,
        things: Sequence[Thing],
        do: Callable[[Thing], ActionItem],
        place: Callable[[Thing], bytes],
        gauge: Gauge,
    ) -> None:
        self._things = things
        self._do = do
        self._place = place
        self._gauge = gauge
        self._cancelled = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._paused = False
        self._over = threading.Event()
        #: What became of each thing that was tried, in order.
        self.items: list[ActionItem] = []
        #: The thing at hand when a cancelled batch stopped waiting for its medium; None as a rule.
        self.unanswered: Thing | None = None
        self._at_hand: Thing | None = None

    @property
    def cancelled(self) -> bool:
        """It was asked to end."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """It rests."""
        return self._paused

    @property
    def complete(self) -> bool:
        """Every thing was tried."""
        return len(self.items) == len(self._things) and self.unanswered is None

    def cancel(self) -> None:
        """Begin nothing more."""
        self._cancelled.set()
        self._going.set()

    def pause(self) -> None:
        """Begin nothing more until `resume`."""
        self._paused = True
        self._going.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused = False
        self._going.set()

    def events(self) -> Iterator[CleanUpProgress | FileCleaned]:
        """Do it; yields each result, and where it stands some 20 times a second."""
        done: SimpleQueue[ActionItem | None] = SimpleQueue()
        worker = threading.Thread(target=self._work, args=(done,), name="files", daemon=True)
        worker.start()
        try:
            yield from self._follow(done)
        finally:
            self._close(worker, done)
        yield self._gauge.now()

    def _follow(self, done: SimpleQueue[ActionItem | None]) -> Iterator[CleanUpProgress | FileCleaned]:
        give_up_at: float | None = None
        while True:
            with suppress(Empty):
                item = done.get(timeout=0.05)
                if item is None:
                    return
                self.items.append(item)
                yield FileCleaned(item)
            now = time.monotonic()
            if (progress := self._gauge.progress(now)) is not None:
                yield progress
            if self.cancelled:
                give_up_at = give_up_at or now + PATIENCE
                if now > give_up_at:
                    self.unanswered = self._at_hand
                    return

    def _close(self, worker: threading.Thread, done: SimpleQueue[ActionItem | None]) -> None:
        """Begin nothing more. Also when nobody listens any more, what is at hand is finished and counts."""
        self._over.set()
        self._going.set()
        if self.unanswered is None:
            worker.join(PATIENCE)
            self.unanswered = self._at_hand
        while not done.empty():
            if (late := done.get()) is not None:
                self.items.append(late)

    def _work(self, done: SimpleQueue[ActionItem | None]) -> None:
        try:
            for thing in self._things:
                self._going.wait()
                if self.cancelled or self._over.is_set():
                    break
                self._at_hand = thing
                self._gauge.begin(self._place(thing))
                item = self._do(thing)
                self._gauge.end(left_in_place=item.result is not ItemResult.DONE)
                self._at_hand = None
                done.put(item)
        finally:
            done.put(None)
