"""Which files a command line of Windows starts or loads, as far as its text tells. Pure: what exists is asked."""

import ntpath
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

Exists = Callable[[str], bool]
"""Says whether a path is a file."""

_VARIABLE = re.compile(r"%([^%\r\n]{1,64})%")
_PREFIXES = ("\\??\\", "\\\\?\\", "\\\\.\\")
#: Endings that are tried for a name that has none, as the system does for programs and for drivers.
_ENDINGS = ("", ".exe", ".com", ".cmd", ".bat", ".dll", ".sys")
#: Programs that run or load what they are given.
_HOSTS = re.compile(
    r"(rundll32|regsvr32|cmd|powershell|pwsh|wscript|cscript|mshta|msiexec|python[w\d.]*|javaw?|conhost|explorer|forfiles"
    r"|schtasks|start|installutil|regasm|regsvcs|msbuild|odbcconf|control|verclsid|svchost)(\.exe)?",
    re.IGNORECASE,
)
_WORD = re.compile(r'"([^"]*)"|(\S+)')
#: Parts of an unquoted path with blanks that are tried, and files of one command line.
_MOST_BLANKS = 24
_MOST = 32
_MOST_WORDS = 200
#: Characters of one path; Windows takes no longer ones.
_LONGEST = 32_767


def expanded(text: str, environment: Mapping[str, str]) -> str:
    """Return a text with the variables of the system put in; names are found in any case."""
    known = {name.upper(): value for name, value in environment.items()}
    return _VARIABLE.sub(lambda found: known.get(found[1].upper(), found[0]), text)


def files_of(command: str, environment: Mapping[str, str], exists: Exists) -> list[str]:
    """Return the files that a command line starts or loads, each once, in its order."""
    found: dict[str, None] = {}
    lines = expanded(command[: 1 << 16], environment).replace("\0", "\n").splitlines()
    for line in lines[:_MOST_WORDS]:
        for path in _of_line(line.strip(), environment, exists):
            found[path] = None
            if len(found) >= _MOST:
                return list(found)
    return list(found)


def _of_line(line: str, environment: Mapping[str, str], exists: Exists) -> Iterator[str]:
    if not line:
        return
    rest = line
    for program, behind in _programs(line, environment, exists):
        yield program
        is_host = _HOSTS.fullmatch(ntpath.basename(program)) or behind.lstrip().startswith((",", ";"))
        rest = behind if is_host else ""
    for word in _words(rest):
        yield from _of_word(word, environment, exists)


def _programs(line: str, environment: Mapping[str, str], exists: Exists) -> Iterator[tuple[str, str]]:
    """Yield the program of a line and what follows it; without quotes each that it can mean, at every blank."""
    if line.startswith('"'):
        inside, _, rest = line[1:].partition('"')
        ends = [(inside, rest)]
    else:
        blanks = [found.start() for found in re.finditer(r"[ \t,;]", line[:_LONGEST])][:_MOST_BLANKS]
        ends = [(line[:end], line[end:]) for end in (*blanks, len(line[:_LONGEST]))]
    for name, rest in ends:
        for path in _resolved(name, environment, exists):
            yield path, rest


def _words(text: str) -> Iterator[str]:
    for found in islice(_WORD.finditer(text), _MOST_WORDS):
        yield found[1] if found[1] is not None else found[2]


def _of_word(word: str, environment: Mapping[str, str], exists: Exists) -> Iterator[str]:
    """Yield the file that a word names: whole, or before a comma (rundll32), or behind a sign (/i:file, -File=x)."""
    parts = [word, word.partition(",")[0]]
    if (cut := re.match(r"[-/]\w+[:=](.+)", word)) is not None:
        parts.append(cut[1])
    parts += [part for part in re.split(r"[,;]", word) if part]
    for part in dict.fromkeys(parts):
        path = next(iter(_resolved(part.strip("\"'"), environment, exists)), "")
        if path:
            yield path


def _resolved(name: str, environment: Mapping[str, str], exists: Exists) -> Iterator[str]:
    """Yield the files that a name can mean, likely ones first."""
    name = name.strip().replace("/", "\\")
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    if not 0 < len(name) < _LONGEST or '"' in name:
        return
    if name.startswith("\\\\"):  # what lies on another computer is not read from here
        return
    root = environment.get("SystemRoot", "C:\\Windows")
    if name.lower().startswith("\\systemroot\\"):
        name = root + name[len("\\SystemRoot") :]
    for folder in _folders(name, root):
        for ending in _ENDINGS:
            path = ntpath.normpath(folder + name + ending)
            if exists(path):
                yield path
                return


def _folders(name: str, root: str) -> tuple[str, ...]:
    if ntpath.splitdrive(name)[0]:
        return ("",)
    if name.startswith("\\"):
        return (ntpath.splitdrive(root)[0],)
    if name.lower().startswith(("system32\\", "syswow64\\")):
        return (root + "\\",)
    searched = ("\\System32\\", "\\", "\\System32\\wbem\\", "\\System32\\drivers\\")
    return tuple(root + folder for folder in searched)
