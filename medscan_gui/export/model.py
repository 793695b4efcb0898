"""The report as values: everything that a renderer shows, in words, escaped, ordered and bounded.

A renderer (the Typst templates, later perhaps others) reads this and nothing else; it knows neither
records nor languages. Every string here went through one escaping function.
"""

from typing import Protocol

import msgspec


class JournalPosition(Protocol):
    """Where a record stands in the journal. `hash` is hexadecimal; `short_code` is for people."""

    @property
    def sequence(self) -> int: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102
    @property
    def short_code(self) -> str: ...  # noqa: D102
    @property
    def station(self) -> str: ...  # noqa: D102


class Fact(msgspec.Struct, frozen=True):
    """A label with its value. `code` says that the value is for machines: hashes, numbers, paths."""

    label: str
    value: str
    code: bool = False


class Figure(msgspec.Struct, frozen=True):
    """One of the large numbers of page 1. `alarming` figures are drawn so that they are noticed."""

    label: str
    value: str
    alarming: bool = False


class SeverityCount(msgspec.Struct, frozen=True):
    """How many threats have one severity: the key of its colour, its name, the number."""

    key: str
    label: str
    value: str


class ThreatFile(msgspec.Struct, frozen=True):
    """One item that a rule matched. `fate` is the key of its colour, `state` its word, `notes` what is added to it."""

    where: str
    sha256: str
    size: str
    state: str
    fate: str
    notes: tuple[str, ...] = ()


class RuleGroup(msgspec.Struct, frozen=True, kw_only=True):
    """All items that one rule matched. `severity` is the key of its colour, `severity_word` its name."""

    title: str
    severity: str
    severity_word: str
    rule: str
    author: str
    description: str
    reference: str
    files: str
    listed: tuple[ThreatFile, ...]
    left_out: str


class ProblemItem(msgspec.Struct, frozen=True):
    """One item that was not checked."""

    where: str
    detail: str


class ProblemGroup(msgspec.Struct, frozen=True, kw_only=True):
    """All items that were not checked for one reason."""

    reason: str
    items: str
    listed: tuple[ProblemItem, ...]
    left_out: str


class CoverageRow(msgspec.Struct, frozen=True):
    """One line of the coverage table. `kind` is "read", "accepted" or "not_read"."""

    outcome: str
    kind: str
    kind_word: str
    items: str
    bytes: str


class EngineRow(msgspec.Struct, frozen=True):
    """What one engine process, or several with equal results, proved before scanning."""

    process: str
    rules: str
    bundle: str
    test: str
    good: bool


class AcceptedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One content that the hospital accepts: what it is, who accepts it and since when, why, until when."""

    name: str
    sha256: str
    person: str
    reason: str
    until: str


class SecondRow(msgspec.Struct, frozen=True, kw_only=True):
    """One second engine: its name and versions, sentences of what it did, and files that it did not analyse."""

    title: str
    lines: tuple[str, ...]
    named: tuple[ProblemItem, ...]
    left_out: str


class SecondPart(msgspec.Struct, frozen=True):
    """The second opinions."""

    title: str
    engines: tuple[SecondRow, ...]


class CleanUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan that follows another one builds on, and what it read again. Numbers are in the facts' words."""

    title: str
    note: str
    facts: tuple[Fact, ...]
    places: tuple[str, ...]
    places_left_out: str


class ProcedureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the hospital's procedure; `done_by` says who ticked it and when, "" as long as it is open."""

    #: Heading and introduction of the part that begins with this step.
    section: tuple[str, ...] = ()
    text: str
    detail: tuple[str, ...]
    done: bool
    done_by: str


class ProcedurePage(msgspec.Struct, frozen=True, kw_only=True):
    """The hospital's procedure as it stands for one scan."""

    title: str
    intro: tuple[str, ...]
    steps: tuple[ProcedureLine, ...]
    #: How many of how many steps are done, in a sentence.
    progress: str
    #: Steps that were ticked in another wording, or in another language, than today's.
    others: tuple[ProcedureLine, ...]
    source: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What every document of MedScan has, whatever it reports."""

    language: str
    title: str
    #: Date of the document: year, month, day, hour, minute, second, in UTC; never "now".
    moment: tuple[int, int, int, int, int, int]
    hospital: str
    #: What the head of every page calls the document, and the words before `running_scan`.
    kind: str
    running_label: str
    #: Device and date, under the title of page 1.
    subtitle: str
    #: What the foot of every page repeats: the device, the scan's number, the journal's code.
    running_title: str
    running_scan: str
    running_code: str
    labels: dict[str, str]
    #: Name of the attached record, its description, and the sentence that says so.
    attachment: str
    attachment_description: str
    attachment_note: str


class Report(Document, frozen=True, kw_only=True):
    """One scan report, renderer-independent."""

    #: The light: its key ("blue"...), its word and its sentence.
    light: str
    light_word: str
    sentence: str
    happened: str
    means: str
    next_steps: tuple[str, ...]
    figures: tuple[Figure, ...]
    perimeter: tuple[Fact, ...]
    reasons: tuple[str, ...]
    severities: tuple[SeverityCount, ...]
    threats: tuple[RuleGroup, ...]
    threats_left_out: str
    problems: tuple[ProblemGroup, ...]
    problems_left_out: str
    coverage: tuple[CoverageRow, ...]
    coverage_total: CoverageRow
    walk: str
    signatures: tuple[Fact, ...]
    engines: tuple[EngineRow, ...]
    context: tuple[Fact, ...]
    limits: tuple[str, ...]
    #: Empty for a scan whose record knows no policy card.
    card: tuple[Fact, ...] = ()
    #: What the card says in lists or sentences: each over the whole width.
    card_lists: tuple[Fact, ...] = ()
    accepted: tuple[AcceptedFile, ...] = ()
    accepted_left_out: str = ""
    #: None for a scan that follows no clean-up.
    clean_up: CleanUp | None = None
    #: None where none is shown.
    procedure: ProcedurePage | None = None
    #: None where no second engine was asked.
    second: SecondPart | None = None


class ActionFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an action. `threat` is what was found in it, as far as that is known."""

    where: str
    sha256: str
    size: str
    threat: str
    entry: str
    place: str


class ActionGroup(msgspec.Struct, frozen=True, kw_only=True):
    """All files of an action with one result and one reason. `result` is the key of its colour."""

    result: str
    title: str
    reason: str
    files: str
    listed: tuple[ActionFile, ...]
    left_out: str


class ActionReport(Document, frozen=True, kw_only=True):
    """One report of what was done about threats, renderer-independent."""

    #: "done" if every file asked for was done, "partly", or "not_done": the key of its drawing and colours.
    outcome: str
    headline: str
    sentence: str
    means: str
    next_steps: tuple[str, ...]
    figures: tuple[Figure, ...]
    perimeter: tuple[Fact, ...]
    #: Facts in sentences: each over the whole width.
    notes: tuple[Fact, ...]
    groups: tuple[ActionGroup, ...]
    groups_left_out: str
    context: tuple[Fact, ...]
