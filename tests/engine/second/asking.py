"""Jobs for second engines, run to their end, and what must hold of every opinion."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.opinion import EngineOpinion, opinion_doubts
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.protocol import PendingFolders, Walk
from medscan_gui.engine.second.base import SecondJob
from medscan_gui.engine.second.runner import SecondOpinion
from medscan_gui.engine.second.words import Told
from tests.engine.scanning import raw


def walk_of(*paths: Path | bytes, **fields: Any) -> Walk:
    """The order to walk these targets."""
    targets = b"\0".join(path if isinstance(path, bytes) else raw(path) for path in paths)
    values: dict[str, Any] = {"first_id": 0, "pending": (PendingFolders(b"", targets),), "exclude": ()}
    return Walk(**values | {"skip_virtual": True} | fields)


def job_of(
    scratch: Path,
    walk: Walk,
    *,
    services: tuple[Path, ...] = (),
    beside: Path | None = None,
    **fields: Any,
) -> SecondJob:
    """A job for ClamAV that knows nothing of what is installed beyond what it is told."""
    values: dict[str, Any] = {
        "engine": "clamav",
        "walk": walk,
        "beside": (str(beside),) if beside else (),
        "folders": (),
        "services": tuple(map(str, services)),
        "scratch": str(scratch / "scratch"),
        "file_seconds": 30.0,
        "start_seconds": 60.0,
    }
    return SecondJob(**values | fields)


class Asked:
    """Everything that one second engine told."""

    def __init__(
        self, job: SecondJob, react: Callable[[SecondOpinion, Told], None] | None = None, **fields: Any
    ) -> None:
        runner = SecondOpinion(job, **fields)
        self.told: list[Told] = []
        for told in runner.run():
            self.told.append(told)
            if react is not None:
                react(runner, told)
        assert [told.final for told in self.told] == [False] * (len(self.told) - 1) + [True]
        assert not Path(job.scratch).exists(), "temporary files are left"
        self.opinion: EngineOpinion = self.told[-1].opinion
        self.findings: list[Finding] = [found for told in self.told for found in told.findings]
        self.problems: list[ItemProblem] = [problem for told in self.told for problem in told.problems]
        assert self.opinion.threats >= len(self.findings)

    @property
    def found(self) -> dict[bytes, str]:
        """What was found, by the name of the file."""
        return {found.chain[0]: found.rule for found in self.findings}

    def total(self, outcome: Outcome, cause: Cause | None = None) -> int:
        """Files that ended so."""
        lines = self.opinion.coverage.lines
        return sum(line.items for line in lines if line.outcome is outcome and cause in (None, line.cause))

    @property
    def doubts(self) -> set[str]:
        """The doubts that it gives beside a scan that read something."""
        own = Coverage(lines=(CoverageLine(Outcome.SCANNED, Cause.NONE, 1),), items_counted=1, walk_complete=True)
        return {doubt.code for doubt in opinion_doubts(("clamav",), (self.opinion,), own)}
