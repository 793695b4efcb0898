"""Second opinions as lines of text."""

from collections.abc import Iterable

from medscan_gui.cli.output import say
from medscan_gui.core.names import shown
from medscan_gui.core.opinion import EngineOpinion
from medscan_gui.core.text import _, current

#: Files not analysed that are printed for each engine; the record holds more.
_LISTED = 5


def say_opinions(opinions: Iterable[EngineOpinion]) -> None:
    """Print what each second engine was, and what it analysed and did not."""
    words = current()
    for opinion in opinions:
        if opinion.counted:
            figures = _("analysed: {analysed}, not analysed: {not_analysed}, threats: {threats}")
        else:
            figures = _("threats: {threats}")
        told = figures.format(analysed=opinion.analysed, not_analysed=opinion.not_analysed, threats=opinion.threats)
        version = shown(" ".join(part for part in (opinion.tool, opinion.version) if part), 120)
        line = _("Second opinion, {name} ({version}): {figures}")
        say("  + " + line.format(name=opinion.name, version=version or _("unknown"), figures=told))
        for problem in opinion.problems[:_LISTED]:
            outcome = words.sentence_of(f"outcome.{problem.outcome}")
            say("    ? " + _("{place}: {outcome}").format(place=problem.where, outcome=outcome))
