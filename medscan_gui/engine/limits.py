"""Every bound of the engine, by name. Sizes are bytes, times seconds, unless the name says otherwise."""

import msgspec

#: The longest line that a child may write. The longest honest one is a batch in a very deep directory.
LINE_BYTES = 1 << 20
#: The longest path that may cross the pipe: 32,767 UTF-16 units (Windows) as three UTF-8 bytes each, and
#: room for the deep trees that POSIX systems allow beyond PATH_MAX.
PATH_BYTES = 128 << 10
#: The longest file name: 255 bytes on Linux, 255 UTF-16 units on Windows; some network servers give more.
NAME_BYTES = 1024
#: Longest free texts of a child's messages, in characters.
DETAIL_CHARS = 200
RULE_CHARS = 200
META_CHARS = 500
#: Highest item id, count and size that a message may hold.
MAX_NUMBER = 1 << 62

#: Items in one batch, and the content that closes a batch before it is full.
BATCH_ITEMS = 64
BATCH_CONTENT = 8 << 20
#: Names in one batch or list of folders take at most this much, so that a line stays short.
BATCH_NAMES = 64 << 10
#: Directories that one message may tell of.
FOLDERS_AT_ONCE = 1024
#: Items left out by policy that one message may tell of; a walker speaks several times a second.
PASSED_OVER = 1 << 24
#: A file larger than this travels alone, is mapped instead of read, and is given out early.
LARGE_FILE = 8 << 20
#: Mappings larger than this give their pages back while they are scanned.
RELEASE_ABOVE = 32 << 20
RELEASE_EVERY = 0.05
#: Findings told of one item. It is red after the first: more would only fill the memory of the window.
FINDINGS_PER_ITEM = 200

#: Chunks of output (64 KiB each) of one child that may wait for the supervisor.
CHUNKS_WAITING = 32
#: The walk rests while more than this waits, so that a medium with endless names cannot fill the memory.
BACKLOG_BYTES = 256 << 20

#: Folders of a policy card that one job may name, in all their spellings.
CARD_FOLDERS = 1000
#: A gentle child works and rests within so many seconds, and never rests for longer than the second at once.
REST_PERIOD = 0.25
REST_MOST = 60.0
#: Of the share of a gentle scan, the walker takes this part and the worker the rest.
WALKER_PART = 0.2
#: Children that give way to everybody else are waited for so many times longer.
GENTLE_PATIENCE = 4

#: Memory that a child may allocate (RLIMIT_DATA, or the job's memory on Windows); file mappings are not counted.
CHILD_MEMORY = 3 << 30
#: File handles that a child may hold.
CHILD_FILES = 256


#: Finding out which signature is slow: items of one scan for which that is done, the content of one that is tried,
#: and the seconds for one try, for all of one item, and for the child to get there.
SUSPECTS = 3
SUSPECT_BYTES = 64 << 20
SUSPECT_SECONDS = 3.0
SUSPECT_ALL_SECONDS = 30.0
SUSPECT_START_SECONDS = 60.0
#: Items that took longest are told: so many of one scan, from so many seconds on.
SLOWEST_TOLD = 10
SLOW_SECONDS = 1.0

#: Names from file to member that an item's chain may have.
CHAIN_LINKS = 24
#: Members of one file whose trouble is told one by one; more are only counted.
TROUBLES_PER_ITEM = 500
#: Members that a worker may tell of one item: some looks at it, each within `UnpackLimits.members`.
MEMBERS_TOLD = 1_000_000
#: Passwords that are tried on what is locked, and the characters of one.
PASSWORDS = 100
PASSWORD_CHARS = 256


#: Memory read of one process, and how it is read: pieces with an overlap, so that nothing lies across two of them.
PROCESS_MEMORY = 4 << 30
MEMORY_PIECE = 8 << 20
MEMORY_OVERLAP = 64 << 10
#: An autostart entry's own text, and the programs of one that are looked up.
DEFINITION_BYTES = 64 << 20
COMMAND_BYTES = 1 << 20
PROGRAMS_PER_ENTRY = 64
#: Autostart entries, and processes, that one computer can have.
ENTRIES_OF_PLACE = 200_000
#: Sectors outside of partitions: this much at the beginning and at the end of each stretch of them; and of each
#: volume its beginning.
GAP_EDGE = 4 << 20
VOLUME_BEGINNING = 64 << 10


class UnpackLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may unfold to, all levels together.

    Real archives seldom unfold to more than twenty times their size once they are large; bombs do to a thousand
    times and more (zip alone: 1,027 in one level).
    """

    #: Containers within containers.
    depth: int = 16
    #: Members: one for so many bytes of the file, but not less and not more than these. An entry of an archive takes
    #: some hundred bytes, its name told twice and its content.
    bytes_per_member: int = 128
    members_least: int = 10_000
    members: int = 200_000
    #: Bytes out: so many for each byte of the file, but not less and not more than these.
    bytes_per_byte: int = 40
    bytes_least: int = 256 << 20
    bytes_most: int = 256 << 30
    #: A member up to this size is held in memory, and all members that are open together; larger ones in the
    #: scratch folder.
    member_in_memory: int = 24 << 20
    memory: int = 72 << 20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The patience of one scan. Tests shorten it; the program uses the defaults.

    An item may take `item_seconds` plus `item_seconds_per_mb` for each megabyte of it: a worn USB stick
    gives less than 2 MB/s, and large rule sets read about as slowly on an old computer.
    """

    item_seconds: float = 90.0
    item_seconds_per_mb: float = 1.0
    #: A child that owes an answer and says nothing for so long is hung.
    silence_seconds: float = 90.0
    #: Loading and compiling ten thousand rules takes some 20 s on an old computer.
    start_seconds: float = 300.0
    #: libyara's own clock is given this share of an item's time, so that it can name itself as the reason.
    rule_share: float = 0.8
    #: Children lost in one scan before the scan is given up.
    max_restarts: int = 50
    #: Children lost in a row without having proven themselves.
    max_failed_starts: int = 3
    #: How long a child is given to leave by itself once it has nothing left to do.
    leave_seconds: float = 1.0
    #: How long the end of a scan waits for killed children to be gone.
    kill_seconds: float = 0.1
    unpack: UnpackLimits = UnpackLimits()

    def gently(self) -> "Limits":
        """Return these limits for children that have to wait for a busy computer, and rest."""
        times = GENTLE_PATIENCE
        return msgspec.structs.replace(
            self,
            item_seconds=self.item_seconds * times,
            item_seconds_per_mb=self.item_seconds_per_mb * times,
            # No word comes during a rest.
            silence_seconds=self.silence_seconds * times + REST_MOST,
            start_seconds=self.start_seconds * times,
        )

    def item_limit(self, size: int) -> float:
        """Return the seconds that an item of `size` bytes may take."""
        return self.item_seconds + self.item_seconds_per_mb * (size >> 20)


#: Current items are told at most this often, and the watchdog looks this often.
TICK_SECONDS = 0.05
