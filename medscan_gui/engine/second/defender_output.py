r"""What Microsoft Defender's command line says of a scan, read strictly. Nothing here runs anything.

Its list of threats is text made for people, and names in it are hostile: a member of an archive may be called
"x<line end>    file : C:\another file". So the list must add up in every number that it states; if it does not, all
of it is unreadable, and no file is named by it.
"""

import re
from typing import NamedTuple

_RESULT = re.compile(r"Scanning (.+) found (no|\d{1,9}) threats?\.")
_LIST = re.compile(r"<=+ ?LIST OF DETECTED THREATS ?=+>")
_HEAD = re.compile(r"-+ ?Threat information ?-+")
_FOOT = re.compile(r"-{20,}")
_THREAT = re.compile(r"Threat\s*: (\S.{0,300})")
_RESOURCES = re.compile(r"Resources\s*: (\d{1,9}) total")
_RESOURCE = re.compile(r"\s+([a-z]{3,20})\s*: (.+)")

#: Between a file and a member in it; ">" cannot be part of a name on Windows.
_WITHIN = "->"


class UnreadableError(Exception):
    """The output cannot be read safely."""


class Threat(NamedTuple):
    """One threat at one place: its name, the file, and the names within it."""

    name: str
    path: str
    members: tuple[str, ...] = ()


def read_output(lines: list[str], target: str) -> tuple[Threat, ...] | None:
    """Return the threats of a scan of `target`, () if it is said to be free of them; None if it is not said.

    Raises UnreadableError.
    """
    results = [match for line in lines if (match := _RESULT.fullmatch(line.strip()))]
    if not results:
        return None
    # A name within the list could look like this line: the one that counts comes before the list, and only once.
    if len(results) > 1 or results[0][1] != target:
        raise UnreadableError
    if results[0][2] == "no":
        if any(_LIST.fullmatch(line.strip()) for line in lines):
            raise UnreadableError
        return ()
    return _read_list(lines, int(results[0][2]), target)


def _read_list(lines: list[str], stated: int, target: str) -> tuple[Threat, ...]:
    begin = next((place for place, line in enumerate(lines) if _LIST.fullmatch(line.strip())), None)
    if begin is None:
        raise UnreadableError
    rest = [line for line in lines[begin + 1 :] if line.strip()]
    threats: list[Threat] = []
    blocks = 0
    while rest and _HEAD.fullmatch(rest[0].strip()):
        blocks += 1
        taken = _read_block(rest, threats, target)
        rest = rest[taken:]
    # What follows the list is about cleaning, which was not asked for: nothing may.
    if blocks != stated or rest or not threats:
        raise UnreadableError
    return tuple(threats)


def _read_block(lines: list[str], threats: list[Threat], target: str) -> int:
    """Read one threat with its resources; return the lines it takes. Raises UnreadableError."""
    if len(lines) < 5:
        raise UnreadableError
    name, total = _THREAT.fullmatch(lines[1].strip()), _RESOURCES.fullmatch(lines[2].strip())
    if name is None or total is None:
        raise UnreadableError
    count = int(total[1])
    if count < 1 or len(lines) < 4 + count or not _FOOT.fullmatch(lines[3 + count].strip()):
        raise UnreadableError
    resources = [_RESOURCE.fullmatch(line) for line in lines[3 : 3 + count]]
    found = []
    for resource in resources:
        if resource is None:
            raise UnreadableError
        found.append((resource[1], resource[2]))
    threats += places_of(name[1], found, target)
    return 4 + count


def places_of(name: str, resources: list[tuple[str, str]], target: str) -> list[Threat]:
    """Return the files that a threat is in; a container only if no member of it is named. Raises UnreadableError."""
    files = [value for kind, value in resources if kind == "file"]
    for kind, value in resources:
        if kind == "containerfile" and not any(file.startswith(value + _WITHIN) for file in files):
            files.append(value)
    threats = []
    for file in dict.fromkeys(files):
        path, *members = file.split(_WITHIN)
        if not lies_in(path, target) or any(ord(character) < 32 for character in file):
            raise UnreadableError
        threats.append(Threat(name, path, tuple(members)))
    return threats


def lies_in(path: str, target: str) -> bool:
    """Say whether a path of Windows is the target or lies below it; nothing relative counts."""
    if ".." in re.split(r"[\\/]", path):
        return False
    folded, root = path.casefold(), target.casefold()
    return folded == root or folded.startswith(root if root.endswith(("\\", "/")) else root + _separator(target))


def _separator(target: str) -> str:
    return "\\" if "\\" in target or ":" in target[:2] else "/"


def is_remote(path: str) -> bool:
    r"""Say whether a path leads to another computer: such a name alone makes Windows send a password's answer there.

    ``\\server\share`` in every spelling; ``\\?\C:\x`` and ``\\.\C:\x`` are local.
    """
    text = path.replace("/", "\\")
    if not text.startswith("\\\\"):
        return False
    rest = text[2:]
    if rest[:2] in {"?\\", ".\\"}:
        inner = rest[2:]
        return not re.match(r"[A-Za-z]:(\\|$)|Volume\{", inner)
    return True
