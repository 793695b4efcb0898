r"""Folders as people write them on policy cards, and how names are compared where a doubt must not do harm.

One name has many spellings on the systems that devices run: any case, a short form (``PROGRA~1``), dots or
spaces at its end, a stream behind a colon, a path behind ``\\?\``. `alike` takes them all for the same: it serves to
*protect*, and what is protected once too often is only left in place.
"""

import re
import sys
import unicodedata
from functools import lru_cache

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.names import raw_bytes, shown

_SEPARATORS = re.compile(r"[\\/]+")
#: ``\\?\``, ``\\.\`` and ``\??\``, with either kind of slash.
_DEVICE_PREFIX = re.compile(r"^([\\/]{2}[?.]|[\\/]\?\?)[\\/]")
_UNC = re.compile(r"^(?:UNC[\\/]|[\\/]{2})([^\\/]+)[\\/]+([^\\/]+)", re.IGNORECASE)
_DRIVE = re.compile(r"^([A-Za-z]:|Volume\{[0-9A-Fa-f-]+\})", re.IGNORECASE)
_VARIABLE = re.compile(r"^(%[^%\\/]+%|\$\w|\$\{|~)")
#: A short name of FAT or NTFS: at most six characters of the long one, or two and a hash of four digits.
_SHORT = re.compile(r"^([^~.]{1,6})~\d{1,6}(\.[^.]{0,3})?$")
_HASHED = re.compile(r"^(.{1,2})[0-9a-f]{4}$")
#: Characters of a long name that its short name leaves out, or writes as an underscore.
_LEFT_OUT = re.compile(r"[ .]")
_UNDERSCORED = re.compile(r"[+,;=\[\]]")


class FolderName(msgspec.Struct, frozen=True):
    """A path in its parts. `drive` is upper case (``D:``) or ``\\\\server\\share``, "" where there is none."""

    drive: str
    rooted: bool
    parts: tuple[str, ...]

    @property
    def climbs(self) -> bool:
        """It holds ``..``: where it leads is not to be told from its text."""
        return ".." in self.parts


def parse_folder(text: str) -> FolderName:
    """Return a written path in its parts, with either kind of slash; never raises."""
    rest = text.strip()
    device = _DEVICE_PREFIX.match(rest)
    rest = rest[device.end() :] if device else rest
    share = _UNC.match(rest) if device or rest[:2] in {"\\\\", "//"} else None
    drive = _DRIVE.match(rest) if share is None else None
    found = share or drive
    name = f"\\\\{share[1]}\\{share[2]}" if share else drive[1] if drive else ""
    rest = rest[found.end() :] if found else rest
    parts = tuple(part for part in _SEPARATORS.split(rest) if part not in {"", "."})
    return FolderName(name.upper(), bool(found) or rest.startswith(("/", "\\")), parts)


def parse_raw(path: bytes) -> FolderName:
    """Return a raw path in its parts; bytes that are no text become characters that are like no other."""
    text = path.decode("utf-8", "surrogateescape")
    if text.startswith("/") and sys.platform != "win32":
        return FolderName("", True, tuple(part for part in _SEPARATORS.split(text) if part not in {"", "."}))
    # A blank at the end of a line is a slip, at the end of a raw name it belongs to it.
    blank = text[len(text.rstrip()) :]
    parsed = parse_folder(text)
    if not blank or not parsed.parts:
        return parsed
    return FolderName(parsed.drive, parsed.rooted, (*parsed.parts[:-1], parsed.parts[-1] + blank))


def folder_fault(text: str, *, whole: bool = False) -> Message | None:
    """Return why this cannot be a folder of a card, or None. `whole`: a whole disk will do."""
    folder = parse_folder(text)
    if any(character in text for character in "*?") and not text.startswith("\\\\?\\"):
        return Message.of("card.folder_pattern", folder=shown(text, 200))
    if _VARIABLE.match(text.strip()):
        return Message.of("card.folder_variable", folder=shown(text, 200))
    if folder.climbs:
        return Message.of("card.folder_climbs", folder=shown(text, 200))
    return None if folder.parts or whole else Message.of("card.folder_whole", folder=shown(text, 200))


# --- names -----------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def folded(name: str) -> str:
    """Return a name as it is compared: without case, compatibility forms, a stream, and dots or spaces at its end."""
    bare = name.partition(":")[0].rstrip(" .") or name
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).upper()).casefold()


@lru_cache(maxsize=65_536)
def alike(one: str, other: str) -> bool:
    """Say whether both names may mean the same file on some system that devices run."""
    first, second = folded(one), folded(other)
    return first == second or _may_shorten(first, second) or _may_shorten(second, first)


def _may_shorten(short: str, long: str) -> bool:
    """Say whether `short` may be the short name of `long`, both folded. Its extension is not looked at."""
    found = _SHORT.match(short) if "~" in short else None
    if found is None:
        return False
    stem = _UNDERSCORED.sub("_", _LEFT_OUT.sub("", long.rpartition(".")[0] or long))
    stem = re.split(r"[^\x00-\x7f]", stem, maxsplit=1)[0][:6]  # what becomes of other letters, the code page says
    hashed = _HASHED.match(found[1])
    return found[1].startswith(stem) or stem.startswith(found[1]) or bool(hashed and stem.startswith(hashed[1]))


def begins_with(parts: tuple[str, ...], folder: tuple[str, ...]) -> bool:
    """Say whether the path `parts` may be `folder`, or lie in it."""
    return len(parts) >= len(folder) and all(map(alike, parts, folder))


# --- patterns for the engine -----------------------------------------------------------------------


def folder_patterns(text: str, roots: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the raw paths that one written folder means on this computer: absolute, relative to a root, or both.

    A folder on a drive is looked for below the roots as well, since a device's disk has another letter, or none,
    on the computer that scans it; but not if a root is on that very drive: this widens what is left unread.
    """
    folder = parse_folder(text)
    if not folder.parts or folder.climbs or "\0" in text:
        return ()
    separator = "\\" if sys.platform == "win32" else "/"
    below = separator.join(folder.parts)
    found = []
    if sys.platform == "win32" and folder.drive:
        found.append(f"{folder.drive}\\{below}")
    elif sys.platform != "win32" and folder.rooted and not folder.drive:
        found.append(f"/{below}")
    if not folder.drive or folder.drive not in {parse_raw(root).drive for root in roots}:
        found.append(below)
    # One accented letter is written in two ways; file systems keep the one they were given.
    forms = (unicodedata.normalize(form, path) for path in found for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys(_raw(path) for path in (*found, *forms)))


def _raw(path: str) -> bytes:
    try:
        return raw_bytes(path)
    except UnicodeEncodeError:  # half a character: no name of this system
        return path.encode("utf-8", "surrogatepass")
