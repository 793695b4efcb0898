"""The hospital's procedure, read from Markdown: text only, whatever the file holds.

No HTML, no picture and no link survives: what is left are the words, escaped for showing. A file
that cannot be used gives the text that comes with MedScan, and the sentence why.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.core.procedure import PROCEDURE_LIGHTS, Procedure, Step, step_id
from medscan_gui.core.words import Light
from medscan_gui.system.paths import Paths

LANGUAGES = ("fr", "en")
#: Bytes of a file, steps of a procedure, and characters of one text that are still read by people.
FILE_LIMIT = 64 << 10
STEPS_LIMIT = 60
TEXT_LIMIT = 500
DETAIL_LIMIT = 2000
_SHOWN_PATH_LIMIT = 120

#: Words of a level-2 heading that say under which light its steps are shown, in the languages of MedScan.
_LIGHT_WORDS = {"red": Light.RED, "rouge": Light.RED, "green": Light.GREEN, "vert": Light.GREEN}
_START = Token("start", "", 0)
#: The mark of a task list: it says nothing here, ticks are in the journal.
_TASK_MARK = re.compile(r"^\[[ xX]\]\s+")


class ProcedureError(MedScanError):
    """A procedure cannot be used; the sentence says why and what to do."""


def candidates(paths: Paths, language: str) -> tuple[Path, ...]:
    """Return where the hospital's own text is looked for; the first file that exists counts.

    The language in use comes first; a text in the other language is still the hospital's, with its own numbers.
    """
    own = language.partition("_")[0]
    languages = (own, *(other for other in LANGUAGES if other != own)) if own in LANGUAGES else LANGUAGES[::-1]
    folders = (paths.data_dir, paths.program_dir, paths.policy_file.parent)
    return tuple(folder / f"procedure.{tongue}.md" for tongue in languages for folder in folders)


def load(paths: Paths, language: str) -> Procedure:
    """Return the procedure to show. Never raises: `problem` says what went wrong and what to do."""
    for file in candidates(paths, language):
        if not os.path.lexists(file):
            continue
        try:
            return _read(file, source=shown(str(file), _SHOWN_PATH_LIMIT))
        except ProcedureError as error:
            return _default(paths, language, error.message)
    return _default(paths, language, None)


def _default(paths: Paths, language: str, problem: Message | None) -> Procedure:
    tongue = language.partition("_")[0]
    folder = paths.resources / "procedure"
    file = folder / f"{tongue if tongue in LANGUAGES else 'en'}.md"
    try:
        return _read(file, source="", problem=problem)
    except ProcedureError:
        return Procedure(problem=problem or Message.of("procedure.missing"))


def _read(file: Path, *, source: str, problem: Message | None = None) -> Procedure:
    name = shown(file.name)
    text = _text_of(file, name)
    read = _Reading(name)
    for block in _blocks([_START, *_parser().parse(text)]):
        read.take(block)
    if not read.steps:
        raise ProcedureError(Message.of("procedure.no_steps", file=name))
    return Procedure(
        title=read.title,
        intro="\n".join(read.intro),
        steps=tuple(read.finished()),
        light_intros=tuple((light, "\n".join(lines)) for light, lines in read.light_intros.items() if lines),
        source=source,
        problem=problem,
    )


def _text_of(file: Path, name: str) -> str:
    """Return a file's text. Raises ProcedureError; a pipe or a device is refused without being opened."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise ProcedureError(Message.of("procedure.not_readable", file=name, detail="not a regular file"))
        with file.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise ProcedureError(Message.of("procedure.not_readable", file=name, detail=detail)) from error
    if len(data) > FILE_LIMIT:
        raise ProcedureError(Message.of("procedure.too_large", file=name, count=FILE_LIMIT))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProcedureError(Message.of("procedure.not_text", file=name)) from error


def _parser() -> MarkdownIt:
    """Return a parser of CommonMark that knows neither HTML nor definitions of links elsewhere in the file."""
    return MarkdownIt("commonmark", {"html": False}).disable("reference")


@dataclass(frozen=True)
class _Block:
    """One piece of text: a heading, a paragraph, or an item of a list with all that is in it."""

    kind: str
    lines: tuple[str, ...]
    level: int = 0


def _blocks(tokens: list[Token]) -> Iterator[_Block]:
    """Yield the blocks after the first token. An item of an outer list is one block, whatever it holds."""
    item: list[str] = []
    depth = 0
    for before, token in pairwise(tokens):
        if token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
            if not depth:
                yield _Block("item", tuple(item))
                item = []
        elif depth:
            item += _item_lines(token, depth)
        elif lines := _lines(token):
            heading = before.type == "heading_open"
            yield _Block("heading" if heading else "text", lines, int(before.tag[1:]) if heading else 0)


def _item_lines(token: Token, depth: int) -> Iterator[str]:
    return (f"– {line}" if depth > 1 else line for line in _lines(token))


def _lines(token: Token) -> tuple[str, ...]:
    """Return the lines of text of one token, escaped; none for what only structures the document."""
    if token.type == "inline":
        text = "".join(_words(token.children or []))
    elif token.type in {"fence", "code_block"}:
        text = token.content
    else:
        return ()
    stripped = (" ".join(line.split()) for line in text.split("\n"))
    return tuple(shown(line) for line in stripped if line)


def _words(children: list[Token]) -> Iterator[str]:
    """Yield the words of a line: of a picture its description, of a link its text and where it leads."""
    leads_to = ""
    said = ""
    for child in children:
        if child.type == "link_open":
            leads_to, said = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close":
            if leads_to and leads_to.removeprefix("mailto:") != said:
                yield f" ({leads_to})"
            leads_to = ""
        elif child.type == "softbreak":
            yield " "
        elif child.type == "hardbreak":
            yield "\n"
        else:
            said += child.content
            yield child.content


@dataclass
class _Step:
    text: str
    lines: list[str]
    section: str
    lights: tuple[Light, ...]


@dataclass
class _Reading:
    """What was read so far. Text after a step belongs to the step; before the first one it introduces."""

    name: str
    title: str = ""
    intro: list[str] = field(default_factory=list)
    light_intros: dict[Light, list[str]] = field(default_factory=dict)
    steps: list[_Step] = field(default_factory=list)
    lights: tuple[Light, ...] = PROCEDURE_LIGHTS
    section: list[str] = field(default_factory=list)
    #: A step stands in the section at hand.
    begun: bool = False

    def take(self, block: _Block) -> None:
        """Take the next block. Raises ProcedureError if the procedure becomes too long."""
        if block.kind == "heading":
            self._heading(" ".join(block.lines), block.level)
        elif block.kind == "item":
            self._item(block.lines)
        elif self.begun:
            self.steps[-1].lines += block.lines
        elif self.section:
            self.section += block.lines
        elif self.lights != PROCEDURE_LIGHTS:
            for light in self.lights:
                self.light_intros.setdefault(light, []).extend(block.lines)
        else:
            self.intro += block.lines

    def _heading(self, text: str, level: int) -> None:
        if level == 1 and not self.title:
            self.title = self._bounded(text, TEXT_LIMIT)
            return
        self.begun = False
        self.section = [text]
        if level <= 2:
            named = {_LIGHT_WORDS[word] for word in re.findall(r"\w+", text.casefold()) if word in _LIGHT_WORDS}
            self.lights = tuple(light for light in PROCEDURE_LIGHTS if light in named) or PROCEDURE_LIGHTS
            if named and level == 2:
                self.section = []

    def _item(self, lines: tuple[str, ...]) -> None:
        text = _TASK_MARK.sub("", lines[0]) if lines else ""
        if not text:
            return
        if len(self.steps) >= STEPS_LIMIT:
            raise ProcedureError(Message.of("procedure.too_many_steps", file=self.name, count=STEPS_LIMIT))
        section = self._bounded("\n".join(self.section), DETAIL_LIMIT)
        self.steps.append(_Step(self._bounded(text, TEXT_LIMIT), list(lines[1:]), section, self.lights))
        self.begun = True

    def _bounded(self, text: str, limit: int) -> str:
        if len(text) > limit:
            raise ProcedureError(Message.of("procedure.too_long", file=self.name, count=limit))
        return text

    def finished(self) -> Iterator[Step]:
        """Yield the steps. Two that say the same under the same light have two names."""
        for text in (self.intro, *self.light_intros.values()):
            self._bounded("\n".join(text), DETAIL_LIMIT)
        for index, step in enumerate(self.steps):
            same = [other for other in self.steps[:index] if other.text == step.text]
            occurrence = sum(not set(step.lights).isdisjoint(other.lights) for other in same)
            detail = self._bounded("\n".join(step.lines), DETAIL_LIMIT)
            yield Step(
                id=step_id(step.text, occurrence), text=step.text, detail=detail,
                section=step.section, lights=step.lights,
            )  # fmt: skip
