"""The hospital's procedure: what to do when a threat was found, in the hospital's own words.

Every text here is plain: it was read from Markdown, without markup, and is escaped for showing.
"""

import hashlib

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.words import Light

#: The lights under which a procedure is shown.
PROCEDURE_LIGHTS = (Light.RED, Light.GREEN)
#: Characters of a step's id. Twelve hexadecimal digits tell apart far more steps than a procedure holds.
_ID_LENGTH = 12


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `detail` is what stands below it, lines separated by line feeds."""

    #: Of what it says, so that a tick survives another order, and a reworded step is another one.
    id: str
    text: str
    detail: str = ""
    #: Heading, and what introduces it, under which the step stands; "" for none. Lines as in `detail`.
    section: str = ""
    lights: tuple[Light, ...] = PROCEDURE_LIGHTS


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure. `steps` are those of all lights: ask `shown_on` for what is shown under one light."""

    title: str = ""
    intro: str = ""
    steps: tuple[Step, ...] = ()
    #: What introduces the steps of one light, beside `intro`.
    light_intros: tuple[tuple[Light, str], ...] = ()
    #: The hospital's own file, escaped for showing; "" for the text that comes with MedScan.
    source: str = ""
    #: Why the hospital's own text is not, or not wholly, the one that is shown.
    problem: Message | None = None

    def shown_on(self, light: Light) -> "Procedure":
        """Return what is shown under this light; without any step for a light that has no procedure."""
        if light not in PROCEDURE_LIGHTS:
            return msgspec.structs.replace(self, intro="", steps=(), light_intros=())
        own = [intro for shown, intro in self.light_intros if shown is light]
        return msgspec.structs.replace(
            self,
            intro="\n".join(text for text in (self.intro, *own) if text),
            steps=tuple(step for step in self.steps if light in step.lights),
            light_intros=(),
        )


def step_id(text: str, occurrence: int = 0) -> str:
    """Return the stable name of a step. `occurrence` counts earlier steps that say the very same."""
    said = " ".join(text.split())
    if occurrence:
        said = f"{said}\n{occurrence}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_LENGTH]
