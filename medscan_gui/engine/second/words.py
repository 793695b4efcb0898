"""What the process that asks a second engine tells its parent: one message, sent again and again with what is new.

As in `engine.protocol`: one JSON array on each line. The last one is `final`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.opinion import EngineOpinion

#: Findings told in one message.
FINDINGS_AT_ONCE = 64
PROBLEMS_AT_ONCE = 64


class Told(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    """Where the second opinion stands; `findings` and `problems` are new ones."""

    #: Without problems: they are told on their own.
    opinion: EngineOpinion
    #: The engine is ready: files are given to it.
    begun: bool = False
    final: bool = False
    findings: Annotated[tuple[Finding, ...], Meta(max_length=FINDINGS_AT_ONCE)] = ()
    problems: Annotated[tuple[ItemProblem, ...], Meta(max_length=PROBLEMS_AT_ONCE)] = ()
