"""Which second engines there are, with their versions: nothing is started for long, no file is looked at."""

import tempfile
from pathlib import Path

from medscan_gui.core.opinion import ENGINE_NAMES, EngineOpinion
from medscan_gui.engine.protocol import Walk
from medscan_gui.engine.second.base import SecondJob, Unusable
from medscan_gui.engine.second.clamav import ClamAV
from medscan_gui.engine.second.defender import Defender
from medscan_gui.engine.second.finding import PROGRAM_FOLDERS, SERVICE_FILES


def survey(
    beside: Path,
    old_days: int,
    *,
    folders: tuple[str, ...] = PROGRAM_FOLDERS,
    services: tuple[str, ...] = SERVICE_FILES,
) -> tuple[EngineOpinion, ...]:
    """Return each engine with its status and versions; takes seconds. `beside`: the folder MedScan is in.

    That an engine is READY here says that it is there and tells its versions; a scan tests it before it is believed.
    """
    return tuple(_looked_at(engine, beside, old_days, folders, services) for engine in ENGINE_NAMES)


def _looked_at(
    engine: str, beside: Path, old_days: int, folders: tuple[str, ...], services: tuple[str, ...]
) -> EngineOpinion:
    job = SecondJob(
        engine=engine,
        walk=Walk(0, (), (), skip_virtual=True),
        beside=(str(beside),),
        folders=folders,
        services=services,
        scratch=tempfile.gettempdir(),
        old_days=old_days,
    )
    try:
        if engine == "defender":
            return Defender(job).probe(_no_beat)
        return ClamAV(job).probe(_no_beat, start=False)
    except Unusable as refusal:
        return EngineOpinion(engine=engine, status=refusal.status, reason=refusal.reason)


def _no_beat() -> None:
    """Nobody waits."""
