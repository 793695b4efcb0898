"""Opinions of other engines: what a second engine was, what it analysed, and what it could not.

MedScan's own engine gives each Item its one Outcome. A second engine gives an opinion beside it, with counts of its
own. One that was asked and could not answer, or not for everything, is a doubt: it is never "clean".
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from medscan_gui.core.coverage import Coverage
from medscan_gui.core.finding import ItemProblem
from medscan_gui.core.messages import Message

#: What the engines are called, by the id that settings and records know them by.
ENGINE_NAMES = {"clamav": "ClamAV", "defender": "Microsoft Defender"}

#: Files not analysed that an opinion names, and the bytes of raw names it holds; more are only counted.
PROBLEMS_KEPT = 1_000
NAME_BYTES_KEPT = 1 << 20


class EngineStatus(StrEnum):
    """Whether a second engine can be asked."""

    READY = "ready"
    #: It is not on this computer, nor beside MedScan.
    ABSENT = "absent"
    #: It is there, and switched off.
    DISABLED = "disabled"
    #: It answers, with signatures that are too old to rule out recent threats.
    STALE = "stale"
    #: It is there and cannot be used; the reason is with it.
    UNUSABLE = "unusable"


class SelfTest(StrEnum):
    """What became of the harmless test sample that an engine is given before it is believed."""

    NOT_RUN = "not_run"
    PASSED = "passed"
    FAILED = "failed"
    #: The engine takes files only, and none is written for a test.
    NOT_POSSIBLE = "not_possible"


class EngineOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """What one second engine said of one scan. Every default is the distrustful one."""

    #: Id, as in `ENGINE_NAMES`.
    engine: str
    #: The program that was asked: clamd, clamscan, MpCmdRun.
    tool: str = ""
    version: str = ""
    database_version: str = ""
    #: When the signatures were made, as `core.record.timestamp` writes it; "" if the engine does not tell.
    database_date: str = ""
    database_age_days: int | None = None
    #: SHA-256 that stands for the set of signatures; "" if they could not be looked at.
    database_digest: str = ""
    status: EngineStatus = EngineStatus.UNUSABLE
    #: Why it could not be used, or did not come to its end.
    reason: Message | None = None
    self_test: SelfTest = SelfTest.NOT_RUN
    #: It came to its end: everything that it was to analyse was given to it, and each has an answer.
    complete: bool = False
    #: It tells what it analysed file by file; else `coverage` is empty.
    counted: bool = True
    #: What became of the files, in the words of MedScan's own ledger: SCANNED and EMPTY are analysed.
    coverage: Coverage = Coverage()
    #: Files not analysed, as far as they are named.
    problems: tuple[ItemProblem, ...] = ()
    threats: int = 0
    duration_ms: int = 0

    @property
    def name(self) -> str:
        """What the engine is called."""
        return ENGINE_NAMES.get(self.engine, self.engine)

    @property
    def analysed(self) -> int:
        """Files that the engine answered for."""
        return self.coverage.items_read

    @property
    def not_analysed(self) -> int:
        """Files that it should have analysed and did not."""
        return self.coverage.items_not_read

    @property
    def left_out(self) -> int:
        """What was not given to it on purpose: links, MedScan's own files, folders of the policy card."""
        return self.coverage.items_accepted


#: The doubt that a status is; READY and UNUSABLE have their own ways.
_STATUS_DOUBTS = {
    EngineStatus.ABSENT: "second.absent",
    EngineStatus.DISABLED: "second.disabled",
}


def opinion_doubts(wanted: tuple[str, ...], opinions: tuple[EngineOpinion, ...], own: Coverage) -> Iterator[Message]:
    """Yield the proofs that second opinions lack. `wanted`: ids that were asked for; `own`: MedScan's own ledger."""
    given = {opinion.engine for opinion in opinions}
    for engine in wanted:
        if engine not in given:
            yield Message.of("second.no_answer", engine=ENGINE_NAMES.get(engine, engine))
    for opinion in opinions:
        if opinion.status in {EngineStatus.READY, EngineStatus.STALE}:
            yield from _answer_doubts(opinion, own)
        else:
            code = _STATUS_DOUBTS.get(opinion.status, "second.no_answer")
            yield opinion.reason or Message.of(code, engine=opinion.name)


def _answer_doubts(opinion: EngineOpinion, own: Coverage) -> Iterator[Message]:
    name = opinion.name
    if opinion.self_test not in {SelfTest.PASSED, SelfTest.NOT_POSSIBLE}:
        yield Message.of("second.self_test_failed", engine=name)
    if not opinion.complete or not _adds_up(opinion):
        yield opinion.reason or Message.of("second.not_complete", engine=name)
    if opinion.status is EngineStatus.STALE:
        yield Message.of("second.stale", engine=name, count=opinion.database_age_days or 0)
    elif opinion.database_age_days is None:
        yield Message.of("second.age_unknown", engine=name)
    if opinion.not_analysed > 0:
        yield Message.of("second.not_analysed", engine=name, count=opinion.not_analysed)
    if opinion.counted and opinion.analysed <= 0 and opinion.not_analysed <= 0 and own.items_read > 0:
        yield Message.of("second.nothing", engine=name)


def _adds_up(opinion: EngineOpinion) -> bool:
    coverage = opinion.coverage
    if not opinion.counted:
        return True
    sound = all(line.items >= 0 for line in coverage.lines)
    return sound and coverage.walk_complete and coverage.total() == coverage.items_counted
