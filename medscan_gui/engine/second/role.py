"""The process that asks one second engine: walks, opens, asks, and tells what was answered.

It is a process of its own so that whatever hangs (a dead medium, an engine) can be ended at once, with all that
it has started.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec

from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import Message
from medscan_gui.core.opinion import ENGINE_NAMES, EngineOpinion
from medscan_gui.engine.content import EndedError, checked_status
from medscan_gui.engine.gentle import lower_priority
from medscan_gui.engine.protocol import line
from medscan_gui.engine.second.base import Answered, SecondEngine, SecondJob, Unusable
from medscan_gui.engine.second.files import Account, Files, close_given
from medscan_gui.engine.second.words import FINDINGS_AT_ONCE, PROBLEMS_AT_ONCE, Told

#: Seconds between two words to the parent.
_TELL_PERIOD = 0.2
_CHUNK = 1 << 20

Send = Callable[[bytes], None]


def engine_for(job: SecondJob) -> SecondEngine:
    """Return the engine that a job names. Raises Unusable."""
    if job.engine == "clamav":
        from medscan_gui.engine.second.clamav import ClamAV

        return ClamAV(job)
    if job.engine == "defender":
        from medscan_gui.engine.second.defender import Defender

        return Defender(job)
    raise Unusable(Message.of("second.absent", engine=ENGINE_NAMES.get(job.engine, job.engine)))


class Asking:
    """One job from start to end."""

    def __init__(self, job: SecondJob, send: Send) -> None:
        self._job = job
        self._send = send
        self._account = Account()
        self._opinion = EngineOpinion(engine=job.engine)
        self._findings: list[Finding] = []
        self._threats = 0
        self._begun = False
        self._started = time.monotonic()
        self._told = 0.0

    def run(self) -> None:
        """Ask, to the end, and say so."""
        if self._job.share > 0.0:
            lower_priority()
        try:
            engine = engine_for(self._job)
            with closing(engine):
                self._opinion = engine.probe(self._beat)
                self._begun = True
                self._ask(engine)
        except Unusable as refusal:
            # One that stopped in the middle was usable: its opinion is not complete, and says why.
            status = self._opinion.status if self._begun else refusal.status
            self._change(status=status, reason=refusal.reason)
        self._account.end_rest()
        self._tell(final=True)

    def _ask(self, engine: SecondEngine) -> None:
        files = Files(self._job.walk, self._account, self._beat, opened=engine.takes_open_files)
        with closing(files):
            for answered in engine.opinions(iter(files) if engine.counted else iter(()), self._beat):
                self._enter(answered, files, counted=engine.counted)
                self._beat()
            ledger = self._account.ledger
            whole = ledger.walk_complete and ledger.items_ended == ledger.items_counted
            self._change(counted=engine.counted, complete=whole or not engine.counted)

    def _enter(self, answered: Answered, files: Files, *, counted: bool) -> None:
        given, answer, _members = answered
        try:
            found = self._finding(answered, files) if answer.threat else None
        finally:
            close_given(answered)
        if found is not None:
            self._threats += 1
            self._findings.append(found)
        if counted:
            self._account.end((answer.outcome, answer.cause, answer.detail), given.path, given.size)

    def _finding(self, answered: Answered, files: Files) -> Finding | None:
        """Return what an answer found, with the content that holds it; None if that is MedScan's own."""
        given, answer, members = answered
        digest, identity, size = "", None, given.size
        descriptor = given.descriptor
        try:
            if descriptor < 0:
                descriptor = files.opened_again(given.path)
            status = checked_status(descriptor)
            if files.is_own(status):
                return None
            digest, identity, size = _digest(descriptor, self._beat), files.identity(status), status.st_size
        except (OSError, EndedError):
            pass  # a finding without content: it is told, and can only be removed by hand
        finally:
            if given.descriptor < 0 <= descriptor:
                os.close(descriptor)
        return Finding(
            chain=(given.path, *members),
            rule=answer.threat,
            rule_file="",
            severity=answer.severity,
            author=ENGINE_NAMES[self._job.engine],
            sha256="" if members else digest,
            file_sha256=digest if members else "",
            size=0 if members else size,
            engine=self._job.engine,
            identity=identity,
        )

    def _change(self, **fields: object) -> None:
        self._opinion = msgspec.structs.replace(self._opinion, **fields)

    def _beat(self) -> None:
        if time.monotonic() - self._told >= _TELL_PERIOD:
            self._tell()

    def _tell(self, *, final: bool = False) -> None:
        self._told = time.monotonic()
        self._change(
            coverage=self._account.ledger.close(),
            threats=self._threats,
            duration_ms=int((self._told - self._started) * 1000),
        )
        problems = self._account.problems
        while True:
            last = len(self._findings) <= FINDINGS_AT_ONCE and len(problems) <= PROBLEMS_AT_ONCE
            told = Told(
                self._opinion,
                self._begun,
                final and last,
                tuple(self._findings[:FINDINGS_AT_ONCE]),
                tuple(problems[:PROBLEMS_AT_ONCE]),
            )
            del self._findings[:FINDINGS_AT_ONCE], problems[:PROBLEMS_AT_ONCE]
            self._send(line(told))
            if last:
                return


def _digest(descriptor: int, beat: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    os.lseek(descriptor, 0, os.SEEK_SET)
    while chunk := os.read(descriptor, _CHUNK):
        digest.update(chunk)
        beat()
    return digest.hexdigest()


def ask(orders: Iterator[bytes], send: Send) -> None:
    """Take the first order, a `SecondJob`, and do it."""
    for order in orders:
        Asking(msgspec.json.decode(order, type=SecondJob), send).run()
        return
