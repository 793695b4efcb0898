"""The second engines of one scan: asked one after the other when MedScan's own engine has come to its end."""

import threading
import time
from collections.abc import Iterable, Iterator

import msgspec

from medscan_gui.core import events as scan_events
from medscan_gui.core.coverage import Coverage
from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import ENGINE_NAMES, PROBLEMS_KEPT, EngineOpinion, EngineStatus
from medscan_gui.core.text import grouped
from medscan_gui.engine import events as engine_events
from medscan_gui.engine.protocol import PendingFolders, Walk
from medscan_gui.engine.second.base import SecondJob
from medscan_gui.engine.second.finding import PROGRAM_FOLDERS, SERVICE_FILES
from medscan_gui.engine.second.runner import SecondOpinion, make_scratch
from medscan_gui.engine.second.words import Told
from medscan_gui.engine.supervisor import ScanJob
from medscan_gui.follow_up import FollowUp
from medscan_gui.system.paths import Paths
from medscan_gui.tally import Tally

#: Seconds between two words about how far an engine is.
_TELL_PERIOD = 0.5


def wanted_engines(chosen: Iterable[str], follow_up: FollowUp | None) -> tuple[str, ...]:
    """Return which engines a scan asks, in a fixed order.

    A scan that follows another one asks those whose findings it is about: only they can see that these are gone.
    """
    if follow_up is not None:
        chosen = {found.engine for found in follow_up.findings}
    return tuple(engine for engine in ENGINE_NAMES if engine in set(chosen))


def second_job(engine: str, job: ScanJob, paths: Paths, old_days: int) -> SecondJob:
    """Return what a second engine is asked: the same places as `job`, and the same left out."""
    walk = Walk(
        first_id=0,
        pending=(PendingFolders(b"", b"\0".join(reversed(job.paths))),),
        exclude=job.exclude,
        skip_virtual=job.skip_virtual,
        network=job.network,
        exclude_names=job.exclude_names,
        headers_only=job.headers_only,
        shallow=job.shallow,
        below=job.shallow_below if job.shallow else (),
        recent=job.recent,
        since=job.since,
    )
    return SecondJob(
        engine=engine,
        walk=walk,
        beside=(str(paths.program_dir),),
        folders=PROGRAM_FOLDERS,
        services=SERVICE_FILES,
        scratch=make_scratch(paths.data_dir),
        share=max(1, min(job.cpu_share, 100)) / 100 if job.gentle else 0.0,
        old_days=old_days,
    )


class SecondOpinions:
    """Asks the engines that are wanted. `cancel`, `pause` and `resume` may come from any thread."""

    def __init__(self, wanted: tuple[str, ...], paths: Paths, old_days: int) -> None:
        self.wanted = wanted
        self.opinions: tuple[EngineOpinion, ...] = ()
        self._paths = paths
        self._old_days = old_days
        self._lock = threading.Lock()
        self._running: SecondOpinion | None = None
        self._cancelled = False
        self._paused = False

    def cancel(self) -> None:
        """End the one that is asked, and ask no other."""
        with self._lock:
            self._cancelled = True
            if self._running:
                self._running.cancel()

    def pause(self) -> None:
        """Hold the one that is asked."""
        with self._lock:
            self._paused = True
            if self._running:
                self._running.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            self._paused = False
            if self._running:
                self._running.resume()

    def pass_over(self) -> None:
        """Say that none was asked, for the scan ended before."""
        self.opinions = tuple(map(_not_reached, self.wanted))

    def ask(self, job: ScanJob, tally: Tally) -> Iterator[scan_events.ScanEvent]:
        """Ask all of them; their findings go into the tally, beside those of MedScan's own engine."""
        files = tally.ledger.items_counted - tally.ledger.members
        for engine in self.wanted:
            opinion: EngineOpinion | None = None
            problems: list[ItemProblem] = []
            for told in self._asked(second_job(engine, job, self._paths, self._old_days)):
                for found in told.findings:
                    tally.take(engine_events.Found(found))
                    yield scan_events.ThreatFound(tally.findings[-1] if tally.findings else found)
                problems += told.problems
                opinion = told.opinion
                yield scan_events.Preparing(_step(told, files))
            opinion = opinion or _not_reached(engine)
            kept = tuple(problems[:PROBLEMS_KEPT])
            self.opinions += (msgspec.structs.replace(opinion, problems=kept),)

    def _asked(self, job: SecondJob) -> Iterator[Told]:
        """Yield what one engine tells, not more often than anybody reads."""
        with self._lock:
            if self._cancelled:
                return
            self._running = asked = SecondOpinion(job)
            if self._paused:
                asked.pause()
        shown = 0.0
        stream = asked.run()
        try:
            for told in stream:
                now = time.monotonic()
                if told.findings or told.problems or told.final or now - shown >= _TELL_PERIOD:
                    shown = now
                    yield told
        finally:
            stream.close()
            with self._lock:
                self._running = None


def _not_reached(engine: str) -> EngineOpinion:
    reason = Message.of("second.not_reached", engine=ENGINE_NAMES.get(engine, engine))
    return EngineOpinion(engine=engine, status=EngineStatus.UNUSABLE, reason=reason, coverage=Coverage())


def _step(told: Told, files: int) -> Message:
    """Return the sentence of how far an engine is."""
    opinion = told.opinion
    if not told.begun:
        return Message.of("second.starting", engine=opinion.name)
    if not opinion.counted:
        return Message.of("second.asking_whole", engine=opinion.name)
    done = opinion.coverage.total()
    if files >= done > 0:
        return Message.of("second.asking", engine=opinion.name, done=grouped(done), total=grouped(files))
    return Message.of("second.counting", engine=opinion.name, done=grouped(done))
