"""The fixed vocabulary: every closed set of words that code, records and screens share.

The values are what is written in records and in the journal: they never change meaning, and a
new one is only ever added.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of an Item; exactly one each."""

    SCANNED = "scanned"
    EMPTY = "empty"
    SKIPPED_BY_POLICY = "skipped_by_policy"
    UNREADABLE = "unreadable"
    VANISHED = "vanished"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    LIMIT_REACHED = "limit_reached"
    TIMED_OUT = "timed_out"
    ENGINE_CRASHED = "engine_crashed"
    CANCELLED = "cancelled"


#: Outcomes after which every byte of the item has been looked at.
READ_OUTCOMES = frozenset({Outcome.SCANNED, Outcome.EMPTY})


class Cause(StrEnum):
    """Why an item got its Outcome, where the Outcome alone does not say."""

    NONE = ""
    LINK = "link"
    SPECIAL_FILE = "special_file"
    OWN_PROGRAM = "own_program"
    VIRTUAL_FILE_SYSTEM = "virtual_file_system"
    NETWORK_PLACE = "network_place"
    FOLDER_OF_CARD = "folder_of_card"
    NO_PERMISSION = "no_permission"
    IN_USE = "in_use"
    READ_ERROR = "read_error"
    NAME_TOO_LONG = "name_too_long"
    STORED_ONLINE = "stored_online"
    CHANGED_WHILE_READ = "changed_while_read"
    REPLACED = "replaced"
    NO_ANSWER = "no_answer"
    RULE_TOO_SLOW = "rule_too_slow"
    ENGINE_DIED = "engine_died"
    ENGINE_ERROR = "engine_error"
    NOT_REACHED = "not_reached"
    #: A container whose kind is recognised and that cannot be opened here.
    FORMAT_NOT_OPENED = "format_not_opened"
    #: It ends before its content does.
    CUT_SHORT = "cut_short"
    #: What one file may unfold to is bounded: bytes in all, against its own size, members, seconds, memory.
    TOO_MANY_BYTES = "too_many_bytes"
    RATIO = "ratio"
    TOO_MANY_MEMBERS = "too_many_members"
    UNPACKING_TOO_SLOW = "unpacking_too_slow"
    MEMORY = "memory"
    #: Not read again: it is what it was when it was last found clean with the same signatures.
    UNCHANGED = "unchanged"
    #: A process had ended by itself before its memory was read: what it held is no more there.
    PROCESS_ENDED = "process_ended"
    #: The system lets nobody read the memory of this process, not even an administrator.
    PROTECTED_PROCESS = "protected_process"
    #: It holds more memory than is read of one process.
    TOO_MUCH_MEMORY = "too_much_memory"
    #: Sectors of a medium that only an administrator may read.
    ADMINISTRATOR_ONLY = "administrator_only"


class Place(StrEnum):
    """What kind of place an Item lies in."""

    FILE = "file"
    #: What a running process holds in memory.
    MEMORY = "memory"
    #: An entry by which something starts by itself.
    AUTOSTART = "autostart"
    #: Sectors of a disk or stick that belong to no file: boot code, gaps between partitions.
    BOOT = "boot"


#: Causes of SKIPPED_BY_POLICY that policy accepts: a link's target is scanned where it really lies,
#: special and virtual files hold no stored bytes, our own rules must not find themselves, "this
#: computer" is not the servers whose folders it shows, and the device's policy card names folders of
#: which only the beginning of each file is checked; a process that the system
#: protects from everybody is protected from malware too, and the sectors of a medium outside of its
#: files need rights that scanning its files does not. Anything else that is skipped keeps the light from
#: turning blue.
ACCEPTED_SKIPS = frozenset(
    {
        Cause.LINK,
        Cause.SPECIAL_FILE,
        Cause.OWN_PROGRAM,
        Cause.VIRTUAL_FILE_SYSTEM,
        Cause.NETWORK_PLACE,
        Cause.FOLDER_OF_CARD,
        Cause.PROTECTED_PROCESS,
        Cause.ADMINISTRATOR_ONLY,
    }
)


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


#: Worst first: the order in which findings are listed.
SEVERITY_ORDER = {severity: rank for rank, severity in enumerate(Severity)}


class Fate(StrEnum):
    """What became of a threat that was found."""

    IN_PLACE = "in_place"
    #: Quarantined, and the original verified to be gone.
    REMOVED = "removed"
    #: The hospital accepts this very content (see `core.acceptance`).
    ACCEPTED = "accepted"


class VerdictKind(StrEnum):
    """The one result of a scan."""

    NO_THREAT = "no_threat"
    REMOVED = "removed"
    ACTION_REQUIRED = "action_required"
    INCOMPLETE = "incomplete"


class Light(StrEnum):
    """What the light shows. GREEN means *removed*, never *clean*."""

    BLUE = "blue"
    GREEN = "green"
    RED = "red"
    AMBER = "amber"
    IDLE = "idle"
    SCANNING = "scanning"


LIGHT_OF = {
    VerdictKind.NO_THREAT: Light.BLUE,
    VerdictKind.REMOVED: Light.GREEN,
    VerdictKind.ACTION_REQUIRED: Light.RED,
    VerdictKind.INCOMPLETE: Light.AMBER,
}


class Stop(StrEnum):
    """How a scan came to its end."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CUT_OFF = "cut_off"
    TARGET_GONE = "target_gone"
    ENGINE_FAILED = "engine_failed"
    SIGNATURES_REFUSED = "signatures_refused"
    SELF_TEST_FAILED = "self_test_failed"


class TargetKind(StrEnum):
    """What one scan reads."""

    COMPUTER = "computer"
    VOLUME = "volume"
    FOLDER = "folder"
    FILE = "file"


class ScanDepth(StrEnum):
    """How much of its target one scan reads."""

    FULL = "full"
    #: Only where malware runs, starts and arrives: of use for "this computer" alone.
    QUICK = "quick"


class SignatureAge(StrEnum):
    """Age of the signatures in words, by the thresholds of the settings."""

    FRESH = "fresh"
    AGEING = "ageing"
    OLD = "old"
    VERY_OLD = "very_old"
    UNKNOWN = "unknown"
