"""One scan of the engine: children started, watched, replaced and ended; what they say turned into events.

The supervisor trusts nothing that a child says, and is the only one that can tell of a crash, a hang or a
cancellation. It never opens a file of the target.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Generator, Iterator
from queue import Empty

import msgspec

from medscan_gui.core.bundle import Bundle
from medscan_gui.core.words import Place, Stop
from medscan_gui.engine import orders
from medscan_gui.engine.crew import Command, Crew, StoppedError
from medscan_gui.engine.events import AtWork, Ended, EngineEvent, EngineRefused
from medscan_gui.engine.limits import TICK_SECONDS, WALKER_PART, Limits
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.places import Identity
from medscan_gui.engine.protocol import LivePlaces, PendingFolders, RecentFolder
from medscan_gui.engine.report import Report
from medscan_gui.engine.target_watch import TargetWatch
from medscan_gui.engine.walker_link import WalkOrder

_log = logging.getLogger(__name__)

#: Items that vanish or give read errors before the supervisor asks whether the target is still there.
_SUSPICIOUS = 16
#: Targets in one group of the stack.
_TARGETS_AT_ONCE = 64
#: Mails dealt with before the events of them are told.
_MAILS_AT_ONCE = 16


class ScanJob(msgspec.Struct, frozen=True, kw_only=True):
    """What one scan reads, and with what."""

    #: Raw paths of files and directories. None may hold a NUL.
    paths: tuple[bytes, ...]
    bundle: Bundle
    #: Workers; 0 means one for each core.
    workers: int = 0
    #: Identities of MedScan's own files (`places.identity_of`). Directories are never left out.
    exclude: tuple[Identity, ...] = ()
    #: Names of those files, without directory; if there are any, only a file with such a name is left out (the
    #: number of a deleted one may be given to another file). Windows, where listing tells no identities, then has
    #: to ask for few: without names, every file is asked.
    exclude_names: tuple[bytes, ...] = ()
    #: Leave out what the running kernel makes up (/proc, /sys, /dev).
    skip_virtual: bool = True
    #: Device numbers (st_dev) of file systems on other computers that are left out.
    network: tuple[int, ...] = ()
    #: Folders of the device's policy card, of whose files only the beginning is read unless it calls for more: raw
    #: paths, absolute or relative to each target, without wildcards (`card_folders`).
    headers_only: tuple[bytes, ...] = ()
    #: Scan at the lowest priority, with one worker, in at most `cpu_share` percent of one processor core.
    gentle: bool = False
    cpu_share: int = 50
    #: Read the targets' own files only: no folder in them is entered or counted. Links in place of them are not
    #: followed: such a target is `Cause.REPLACED`.
    shallow: bool = False
    #: Raw real paths. If there are any, each target of a shallow job, a real path as scans tell them, must lie in one
    #: of these (for a single file: in its folder), and no part of it may have become a link (`reaching`).
    shallow_below: tuple[bytes, ...] = ()
    #: The targets of a shallow job are files: a folder in the place of one is `Cause.REPLACED`.
    files_only: bool = False
    #: Tried on what is locked, in this order.
    passwords: tuple[str, ...] = ()
    #: Raw path of a folder of MedScan's own, on no target, for members of containers that do not fit into memory.
    scratch: bytes = b""
    #: Files that are what they were when they were found clean are not read again (`unchanged`): raw path of the file
    #: that lists them, if there is one, and the context of all that decides what a scan finds; b"" for neither.
    known: bytes = b""
    context: bytes = b""
    #: Listed before all files: places that are no files, where the autostart places of another system than the
    #: running one lie (raw path, tests), and raw paths on the disks whose sectors are meant (none: all disks).
    live: tuple[Place, ...] = ()
    live_root: bytes = b""
    live_disks_of: tuple[bytes, ...] = ()
    #: Of `paths`, those of which only what has changed since `since` (nanoseconds since 1970) is read.
    recent: tuple[RecentFolder, ...] = ()
    since: int = 0
    #: The target lies on a removable medium: programs hidden there, and what starts by itself, are findings.
    removable: bool = False
    limits: Limits = Limits()


class Supervisor:
    """Runs one job, once. `cancel`, `pause` and `resume` may be called from any thread and return at once."""

    def __init__(self, job: ScanJob, command: Command = orders.engine_command) -> None:
        """Prepare. `command` gives the command line of an engine process."""
        self._job = job
        self._report = Report()
        share = max(1, min(job.cpu_share, 100)) / 100 if job.gentle else 0.0
        patience = job.limits.gently() if job.gentle else job.limits
        extras = orders.Extras(
            work_share=share * (1.0 - WALKER_PART),
            passwords=job.passwords,
            scratch=job.scratch,
            removable=job.removable,
        )
        self._crew = Crew(job.bundle, patience, command, self._report, extras)
        self._walk_order = WalkOrder(
            exclude=job.exclude,
            skip_virtual=job.skip_virtual,
            network=job.network,
            exclude_names=job.exclude_names,
            headers_only=job.headers_only,
            shallow=job.shallow,
            below=job.shallow_below if job.shallow else (),
            files_only=job.files_only,
            share=share * WALKER_PART,
            known=job.known,
            context=job.context,
            live=LivePlaces(job.live, os.getpid(), job.live_root, job.live_disks_of),
            recent=job.recent,
            since=job.since,
        )
        self._cancelled = threading.Event()
        self._paused = threading.Event()
        #: The workers know of the pause.
        self._resting = False
        self._started = False
        self._told_work_at = 0.0

    def cancel(self) -> None:
        """End the scan now, whatever it is at."""
        self._cancelled.set()
        self._wake()

    def pause(self) -> None:
        """Open no other file; what is being read, one for each worker, is finished. The walk opens none and goes on."""
        self._paused.set()
        self._wake()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused.clear()
        self._wake()

    def _wake(self) -> None:
        self._crew.mailbox.put(None)

    def events(self) -> Generator[EngineEvent, None, None]:
        """Run the scan and yield what happens; blocks in between. Once, in one thread.

        `Ended` is always the last one, whatever happened. If the generator is closed instead, every child is
        ended all the same.
        """
        if self._started:
            raise RuntimeError("a supervisor runs once")
        self._started = True
        stop = Stop.ENGINE_FAILED
        try:
            stop = yield from self._scan()
        except StoppedError as error:
            stop = error.stop
            yield from self._report.take()
            yield EngineRefused(error.message)
        except Exception:  # noqa: BLE001  # see below
            # A bug of ours. The session must still hear the end, and the truth: the engine failed.
            _log.exception("the supervisor failed")
        finally:
            self._crew.kill()
        self._report.end_rest()
        yield from self._report.take()
        yield Ended(
            stop=stop,
            walk_complete=self._crew.walk_complete,
            engines=tuple(self._crew.proofs),
            restarts=self._crew.restarts,
            slowest=self._report.slowest,
        )

    def _scan(self) -> Generator[EngineEvent, None, Stop]:
        # Of a shallow job, the roots are the target: its places may have gone, or be links that lead anywhere.
        watch = TargetWatch(self._walk_order.below or self._job.paths, self._wake)
        watch.ask(time.monotonic())
        if not self._cancelled.is_set():
            self._crew.start(self._walk_order, _pending(self._job.paths), 1 if self._job.gentle else self._job.workers)
        while not self._cancelled.is_set():
            self._listen()
            now = time.monotonic()
            self._crew.watch(now)
            yield from self._tell(now)
            if (stop := self._stop(watch, now)) is not None:
                return stop
            self._heed_pause()
            if not self._resting:
                self._crew.hand_out()
        return Stop.CANCELLED

    def _heed_pause(self) -> None:
        if self._paused.is_set() != self._resting:
            self._resting = not self._resting
            if self._resting:
                self._crew.pause()
            else:
                self._crew.resume()

    def _listen(self) -> None:
        """Wait for what the children say, for a moment, and deal with it."""
        mailbox = self._crew.mailbox
        with contextlib.suppress(Empty):
            for place in range(_MAILS_AT_ONCE):
                mail = mailbox.get_nowait() if place else mailbox.get(timeout=TICK_SECONDS)
                if self._cancelled.is_set():
                    return
                if mail is not None:
                    self._crew.hear(mail)

    def _tell(self, now: float) -> Iterator[EngineEvent]:
        yield from self._report.take()
        if now - self._told_work_at >= TICK_SECONDS:
            self._told_work_at = now
            yield self._crew.at_work(now) or AtWork(b"", 0.0, 0)

    def _stop(self, watch: TargetWatch, now: float) -> Stop | None:
        """Say how the scan has ended; None if it goes on."""
        if watch.answer(now) is False:
            return Stop.TARGET_GONE
        finished = self._crew.finished
        if self._report.suspicions >= (1 if finished else _SUSPICIOUS) and not watch.asking:
            self._report.suspicions = 0
            watch.ask(now)
        if not finished or watch.asking:
            return None
        self._crew.leave()
        return Stop.COMPLETED


def _pending(paths: tuple[bytes, ...]) -> PendingStack:
    """Return the targets as what is to be walked, in groups that are short enough to be taken from."""
    backwards = paths[::-1]
    groups = (backwards[start : start + _TARGETS_AT_ONCE] for start in range(0, len(paths), _TARGETS_AT_ONCE))
    return PendingStack(PendingFolders(b"", b"\0".join(group)) for group in groups)
