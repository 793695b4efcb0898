"""The messages between the supervisor and its children: one typed JSON array on each line.

The first element of a line is the message's tag. Raw path bytes travel as base64. Several names travel
as one value, separated by NUL, which no file system allows in a name.

The parent trusts nothing here: decoding checks types and bounds, `walker_link` and `worker_link` check
that a message makes sense at that moment. What does not is a `ProtocolError`, and that child's end.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from medscan_gui.core.bundle import TableKind
from medscan_gui.core.known_clean import KEY_BYTES
from medscan_gui.core.words import Cause, Outcome, Place, Severity
from medscan_gui.engine import limits
from medscan_gui.engine.identity import MARK_BYTES, UNKNOWN

#: Raised whenever a message changes; both sides must agree.
PROTOCOL = 7

Number = Annotated[int, Meta(ge=0, le=limits.MAX_NUMBER)]
Path = Annotated[bytes, Meta(max_length=limits.PATH_BYTES)]
Names = Annotated[bytes, Meta(max_length=limits.BATCH_NAMES + limits.NAME_BYTES)]
Name = Annotated[bytes, Meta(max_length=limits.NAME_BYTES)]
Mark = Annotated[bytes, Meta(min_length=MARK_BYTES, max_length=MARK_BYTES)]
Marks = Annotated[bytes, Meta(max_length=MARK_BYTES * limits.FOLDERS_AT_ONCE)]
Inodes = Annotated[bytes, Meta(max_length=8 * limits.BATCH_ITEMS)]
Detail = Annotated[str, Meta(max_length=limits.DETAIL_CHARS)]
RuleName = Annotated[str, Meta(max_length=limits.RULE_CHARS)]
MetaText = Annotated[str, Meta(max_length=limits.META_CHARS)]
#: Nanoseconds since 1970. A medium may tell of any time, so all that 64 bits hold is believed.
Time = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
Links = Annotated[int, Meta(ge=0, le=(1 << 32) - 1)]
#: Names from an item's own members to the one that is spoken of; () is the item itself.
Chain = Annotated[tuple[Name, ...], Meta(max_length=limits.CHAIN_LINKS)]
Keys = Annotated[bytes, Meta(max_length=KEY_BYTES * limits.BATCH_ITEMS)]
#: Times of 8 bytes each.
Times = Annotated[bytes, Meta(max_length=8 * limits.BATCH_ITEMS)]
Digest = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$", max_length=64)]


class ProtocolError(Exception):
    """A child said something that it must not say. The text is for the log."""


#: What decoding raises for bytes that are no message.
UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class SelfTest(StrEnum):
    """What a worker's self-test gave."""

    PASSED = "passed"
    #: The self-test rule did not find its sample.
    SAMPLE_MISSED = "sample_missed"
    #: Some rule matched the harmless counter-sample.
    COUNTER_MATCHED = "counter_matched"


# Parent to child --------------------------------------------------------------------------------


class RuleText(msgspec.Struct, frozen=True, array_like=True):
    """One verified rule file: its source, and what the manifest says of it."""

    path: str
    licence: str
    rules: int
    source: bytes


class TableOrder(msgspec.Struct, frozen=True, array_like=True):
    """One verified table of digests: what the manifest says of it, and where it lies (a raw path)."""

    path: str
    licence: str
    hashes: int
    kind: TableKind
    sha256: str
    size: int
    place: bytes


class Load(msgspec.Struct, frozen=True, array_like=True, tag="load"):
    """To a worker, first of all: the verified bundle, and what to prove oneself on."""

    name: str
    version: str
    created: str
    self_test_rule: str
    files: tuple[RuleText, ...]
    #: Found by `self_test_rule`.
    sample: bytes
    #: Found by no rule.
    counter_sample: bytes
    #: The patience of `limits.Limits`.
    item_seconds: float
    item_seconds_per_mb: float
    #: Share of one processor core that this worker may use, up to 1.0, at the lowest priority; 0.0: no such bound.
    share: float = 0.0
    unpack: limits.UnpackLimits = limits.UnpackLimits()
    #: Tried on what is locked.
    passwords: tuple[str, ...] = ()
    #: Raw path of a folder of MedScan's own, for members that do not fit into memory; b"" if there is none.
    scratch: bytes = b""
    #: The target lies on a removable medium.
    removable: bool = False
    tables: tuple[TableOrder, ...] = ()


class RecentFolder(msgspec.Struct, frozen=True, array_like=True):
    """A target of which only what has changed since some time is read: all files, or programs alone."""

    path: Path
    programs_only: bool


class LivePlaces(msgspec.Struct, frozen=True, array_like=True):
    """What a walk lists besides files."""

    places: tuple[Place, ...] = ()
    #: The supervisor's process: its memory, and that of the engine's, holds the rules.
    supervisor: int = 0
    #: Where the operating system lies whose autostart places are meant: raw path; b"" for the running one.
    root: bytes = b""
    #: Raw paths on the disks whose sectors are meant; none for all disks.
    disks_of: tuple[bytes, ...] = ()


class PendingFolders(msgspec.Struct, frozen=True, array_like=True):
    """Directories that still have to be walked: NUL-separated names within one directory, and their marks."""

    directory: bytes
    names: bytes
    #: One mark (`identity`) for each name, as it was listed; none for targets.
    marks: bytes = b""


class Walk(msgspec.Struct, frozen=True, array_like=True, tag="walk"):
    """To the walker, first of all: where to walk and what to leave out.

    `pending` is a stack, next one last. Names in a group whose directory is empty are targets: whole
    paths, which may be files and whose own links are followed.
    """

    first_id: int
    pending: tuple[PendingFolders, ...]
    #: (device, inode or file id) of MedScan's own files.
    exclude: tuple[tuple[int, int], ...]
    skip_virtual: bool
    #: Device numbers (st_dev) of file systems that lie on other computers and are left out.
    network: tuple[int, ...] = ()
    #: Names of the files in `exclude`, if they are known (`supervisor.ScanJob`).
    exclude_names: tuple[bytes, ...] = ()
    #: Folders of whose files only the beginning is read (`card_folders`).
    headers_only: tuple[bytes, ...] = ()
    #: The target that the pending directories belong to, for a walker that goes on with another one's work.
    root: bytes = b""
    #: The targets' own files only: no directory in them is walked or counted.
    shallow: bool = False
    #: Real paths that the targets of a shallow walk must be reached from without following a link (`reaching`).
    below: tuple[bytes, ...] = ()
    #: The targets of a shallow walk are files: a folder in the place of one is another thing.
    files_only: bool = False
    #: As `Load.share`.
    share: float = 0.0
    live: LivePlaces = LivePlaces()
    #: Targets of which only what has changed since `since` (nanoseconds since 1970) is read.
    recent: tuple[RecentFolder, ...] = ()
    since: int = 0
    #: Raw path of MedScan's own file of what is known to be clean (`unchanged`), and the context it must have.
    known: bytes = b""
    context: bytes = b""


class OfProcess(msgspec.Struct, frozen=True, array_like=True, tag="process"):
    """One process: its number alone could be another one's by now."""

    pid: Number
    #: When it started, in the system's own unit.
    started: Number


class OfAutostart(msgspec.Struct, frozen=True, array_like=True, tag="autostart"):
    """One entry by which something starts by itself: what kind it is, and where its definition is found again."""

    kind: Annotated[str, Meta(max_length=32)]
    #: Raw path of the file that defines it, or the key of the registry.
    path: Path
    #: Value of the key; b"" for files.
    value: Name = b""
    #: As `LivePlaces.root`.
    root: Path = b""
    #: Raw path of the home of the user it starts for; b"" if it starts for all.
    home: Path = b""


class OfDisk(msgspec.Struct, frozen=True, array_like=True, tag="disk"):
    """Sectors of one disk, in bytes: from `first` up to `end`."""

    disk: Path
    first: Number
    end: Number


LiveThing = OfProcess | OfAutostart | OfDisk
"""What a worker needs to find again what a name of an item that is no file stands for."""

#: The kind of thing that each place holds.
THINGS = {Place.MEMORY: OfProcess, Place.AUTOSTART: OfAutostart, Place.BOOT: OfDisk}


class Entries(msgspec.Struct, frozen=True, array_like=True, tag="entries"):
    """From the walker, and on to a worker as it stands: files of one directory, with consecutive ids."""

    first: Number
    directory: Path
    names: Names
    sizes: Annotated[list[Number], Meta(min_length=1, max_length=limits.BATCH_ITEMS)]
    #: Which directory was listed; whoever opens it compares (`identity`).
    mark: Mark = UNKNOWN
    #: Inode number of each file, 8 bytes each; none where they do not last.
    inodes: Inodes = b""
    #: Only the beginning of these files is read, unless it calls for more.
    headers: bool = False
    #: What `names` are; anything but files has no directory.
    place: Place = Place.FILE
    #: What the names stand for, one for each; none for files.
    things: Annotated[tuple[LiveThing, ...], Meta(max_length=limits.BATCH_ITEMS)] = ()
    #: Key of each file (`unchanged`), if the job asks for them; NO_KEY for one that has none. The supervisor's alone.
    keys: Keys = b""
    #: Time of change of each file (ns) by which the worker knows it; NO_TIME for one that has no key.
    changed: Times = b""


class Pause(msgspec.Struct, frozen=True, array_like=True, tag="pause"):
    """To a worker: finish the item at hand and open no other."""


class Resume(msgspec.Struct, frozen=True, array_like=True, tag="resume"):
    """To a worker: go on."""


class Suspect(msgspec.Struct, frozen=True, array_like=True, tag="suspect"):
    """To a child of its own, after `Load`: find out which rule is slow on this file (`suspects`)."""

    directory: bytes
    name: bytes
    mark: bytes = UNKNOWN
    #: Only the rules of this file, one by one; "" to try all files.
    rule_file: str = ""


# Child to parent --------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """A child's first message, once it is ready; a walker leaves all but the versions empty."""

    protocol: Number
    program: Annotated[str, Meta(max_length=40)]
    yara: Annotated[str, Meta(max_length=40)] = ""
    bundle_digest: Digest = ""
    rules: Number = 0
    self_test: SelfTest = SelfTest.SAMPLE_MISSED
    #: Digests in the tables that it opened.
    hashes: Number = 0


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """A worker cannot use the rules: the file at fault ("" if it is the whole), the line and why."""

    file: MetaText
    line: Number
    detail: Detail


class OpenedFile(msgspec.Struct, frozen=True, array_like=True):
    """Which file was read, as its open handle told (`core.finding.FileIdentity`)."""

    #: Device and inode number, as a directory's mark: no garbage fits into it.
    mark: Mark
    modified_ns: Time
    changed_ns: Time
    links: Links
    size: Number = 0


class Begin(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """The worker is about to open an item."""

    id: Number


class Next(msgspec.Struct, frozen=True, array_like=True, tag="n"):
    """The item before was wholly scanned, and the worker is about to open this one."""

    id: Number


class End(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """An item has its outcome."""

    id: Number
    outcome: Outcome
    cause: Cause = Cause.NONE
    detail: Detail = ""
    #: Of a file that is locked.
    file: OpenedFile | None = None
    #: What was read may not be what was listed: the item's key (`Entries.keys`) must not be kept.
    moved: bool = False


class MatchEngine(StrEnum):
    """What found a match."""

    YARA = "yara"
    #: Our own look at the beginning of DICOM files.
    DICOM = "dicom"
    #: Lists of digests of known files.
    HASHES = "hashes"
    #: Our own look at names and true types: a program that pretends to be something else.
    FORM = "form"


class Hit(msgspec.Struct, frozen=True, array_like=True, tag="hit"):
    """A rule matched the item at hand."""

    id: Number
    rule: RuleName
    rule_file: MetaText
    severity: Severity
    family: MetaText
    author: MetaText
    description: MetaText
    reference: MetaText
    sha256: Digest
    size: Number
    #: None for what is no file.
    file: OpenedFile | None
    engine: MatchEngine = MatchEngine.YARA
    #: The member that matched; `sha256` and `size` are the member's then, `file_sha256` the file's.
    chain: Chain = ()
    file_sha256: Digest = ""
    #: The bundle lists this very content as harmless.
    allowed: bool = False


class Member(msgspec.Struct, frozen=True, array_like=True, tag="m"):
    """A member of the item at hand was not, or not wholly, looked at."""

    id: Number
    chain: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=limits.CHAIN_LINKS)]
    outcome: Outcome
    cause: Cause = Cause.NONE
    detail: Detail = ""
    #: Of a member that is locked: the file that it lies in.
    file: OpenedFile | None = None


class Members(msgspec.Struct, frozen=True, array_like=True, tag="ms"):
    """So many members of the item at hand ended alike."""

    id: Number
    outcome: Outcome
    cause: Cause
    items: Annotated[int, Meta(ge=1, le=limits.MAX_NUMBER)]


class Trying(msgspec.Struct, frozen=True, array_like=True, tag="trying"):
    """These rules are tried alone from now on; no names for what comes before the first try."""

    rule_file: MetaText
    rule: RuleName


class Blamed(msgspec.Struct, frozen=True, array_like=True, tag="blamed"):
    """The search is over; no names if nothing was slow."""

    rule_file: MetaText
    rule: RuleName


class Unchanged(msgspec.Struct, frozen=True, array_like=True, tag="unchanged"):
    """Files of the directory at hand that are known to be clean and are what they were."""

    items: Annotated[int, Meta(ge=1, le=limits.PASSED_OVER)]
    bytes: Number


class Enter(msgspec.Struct, frozen=True, array_like=True, tag="enter"):
    """The walker is about to open the next pending directory (or target)."""


class EnterPlace(msgspec.Struct, frozen=True, array_like=True, tag="place"):
    """The walker is about to list what lies in a place beside files."""

    place: Place


class Resolved(msgspec.Struct, frozen=True, array_like=True, tag="resolved"):
    """Where a target really lies: the directory itself, or the directory of a single file."""

    directory: Path


class Folders(msgspec.Struct, frozen=True, array_like=True, tag="folders"):
    """Directories within the one at hand, pending from now on."""

    names: Names
    marks: Marks = b""


class PassedOver(msgspec.Struct, frozen=True, array_like=True, tag="passed"):
    """Items of the directory at hand, or itself, that policy leaves out."""

    cause: Cause
    items: Annotated[int, Meta(ge=1, le=limits.PASSED_OVER)]


class Trouble(msgspec.Struct, frozen=True, array_like=True, tag="trouble"):
    """An entry of the directory at hand, or (name empty) the directory itself, that could not be read."""

    name: Name
    outcome: Outcome
    cause: Cause
    detail: Detail


class Done(msgspec.Struct, frozen=True, array_like=True, tag="done"):
    """The walk is over; what this walker counted, all kinds together."""

    items: Number
    bytes: Number


WorkerMessage = Next | Begin | End | Hit | Member | Members | Hello | Refused
WalkerMessage = Entries | Enter | EnterPlace | Folders | PassedOver | Trouble | Resolved | Unchanged | Done | Hello

#: Outcomes that a worker may give an item. Crash, hang and cancellation are the parent's to see.
WORKER_OUTCOMES = frozenset(
    {
        Outcome.SCANNED,
        Outcome.EMPTY,
        Outcome.UNREADABLE,
        Outcome.VANISHED,
        Outcome.TIMED_OUT,
        Outcome.LIMIT_REACHED,
        Outcome.ENCRYPTED,
        Outcome.DAMAGED,
        Outcome.TOO_LARGE,
        Outcome.TOO_DEEP,
    }
)
#: The one ending beyond these, for the files of a batch with `Entries.headers`.
CARD_ENDING = (Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD)
#: The endings beyond these that a process may have.
PROCESS_ENDINGS = frozenset(
    {
        (Outcome.VANISHED, Cause.PROCESS_ENDED),
        (Outcome.SKIPPED_BY_POLICY, Cause.PROTECTED_PROCESS),
    }
)
#: Outcomes that a walker may give a directory or an entry.
WALKER_OUTCOMES = frozenset({Outcome.UNREADABLE, Outcome.VANISHED})

_encoder = msgspec.json.Encoder()


def line(message: msgspec.Struct) -> bytes:
    """Return a message as a line, with its end."""
    return _encoder.encode(message) + b"\n"


def split_names(names: bytes) -> list[bytes]:
    """Return the names of a NUL-separated value; none for an empty one."""
    return names.split(b"\0") if names else []
