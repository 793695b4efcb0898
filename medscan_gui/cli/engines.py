"""`medscan engines`: which second engines were found, and which of them each scan asks."""

import argparse

import msgspec

from medscan_gui.cli.output import say
from medscan_gui.core.names import shown
from medscan_gui.core.opinion import EngineOpinion, EngineStatus
from medscan_gui.core.text import _, current
from medscan_gui.engine.second.survey import survey
from medscan_gui.store.settings import SettingsStore
from medscan_gui.system.paths import Paths


def engines_command(options: argparse.Namespace, paths: Paths) -> int:
    """List the second engines; with `--use`, set which of them each scan asks from now on."""
    store = SettingsStore(paths)
    if options.use is not None:
        chosen = tuple(engine for engine in options.use if engine != "none")
        store.save(msgspec.structs.replace(store.current, second_engines=chosen))
    for engine in survey(paths.program_dir, store.current.old_days):
        if options.json:
            asked = engine.engine in store.current.second_engines
            say(msgspec.json.encode(msgspec.to_builtins(engine) | {"asked": asked}).decode())
        else:
            _say_engine(engine, asked=engine.engine in store.current.second_engines)
    return 0


def _say_engine(engine: EngineOpinion, *, asked: bool) -> None:
    words = current()
    use = _("each scan asks it") if asked else _("not asked")
    status = words.sentence_of(f"second.status.{engine.status.value}")
    say(_("{name} ({id}): {status}; {use}").format(name=engine.name, id=engine.engine, status=status, use=use))
    if engine.version:
        versions = _("{tool} {version}, signatures {database} of {date}")
        unknown = _("unknown")
        say(
            "  "
            + versions.format(
                tool=engine.tool,
                version=shown(engine.version, 80),
                database=shown(engine.database_version, 40) or unknown,
                date=engine.database_date[:10] or unknown,
            )
        )
    if engine.reason is not None and engine.status is EngineStatus.UNUSABLE:
        say("  " + words.sentence(engine.reason))
