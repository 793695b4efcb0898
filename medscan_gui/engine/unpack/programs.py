"""Programs with something in them: appended archives, resources that are programs, installers.

The bytes of a program were matched as a whole already. What is given here as members is what unfolds, or what is a
program of its own.
"""

import re
import struct
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import HEAD_BYTES, FileType, types_of
from medscan_gui.engine.forms import PROGRAMS
from medscan_gui.engine.pe_resources import TooManyError, resources_of
from medscan_gui.engine.pe_sections import PeLayout, layout_of
from medscan_gui.engine.unpack.appended import archives
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, not_opened
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.program_ends import end_of_elf, end_of_macho
from medscan_gui.engine.unpack.source import Source

_OVERLAY = b"[overlay]"
_BEHIND_SIGNATURE = b"[behind the signature]"

#: Kinds that are text: programs carry their manifests, pages and licences, which were matched with the whole.
_TEXTS = frozenset({FileType.TEXT, FileType.HTML, FileType.XML, FileType.SCRIPT, FileType.EMAIL, FileType.MBOX})
#: Pictures unfold only in what lies behind their end: those of a program were matched with the whole.
_PICTURES = frozenset({FileType.JPEG, FileType.PNG, FileType.GIF, FileType.BMP})
_PASSED_OVER = _TEXTS | _PICTURES

#: Marks of archives that stand behind a loader's own words (7-Zip's SFX: its configuration; WinZip's: its settings).
_ARCHIVE = re.compile(
    rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|MSCF\0\0\0\0|PK\x03\x04|\xfd7zXZ\0|hsqs.{20}\x04\0\0\0", re.DOTALL
)
#: They are looked for in so much of what is appended.
_SEARCHED = 1 << 20
#: Marks of more kinds, believed by their fields, are looked for in so much.
_SEARCHED_BY_FIELDS = 16 << 20

#: Installers that are recognised, by how what they append begins. Sources: Inno Setup's `Struct.pas`; InstallShield and
#: Setup Factory: their extractors' descriptions.
_INSTALLERS = (
    (b"zlb\x1a", "Inno Setup"),
    (b"idska32\x1a", "Inno Setup"),
    (b"InstallShield\0", "InstallShield"),
    (b"ISSetupStream\0", "InstallShield"),
    (b"\xe0\xe1\xe2\xe3\xe4\xe5\xe6", "Setup Factory"),
    (b"\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d", "AutoIt"),
)
_INNO_WORDS = b"Inno Setup Setup Data ("
#: The loader's table: a resource since 5.1.5, a place in the DOS header before.
_INNO_TABLE = b"rDlPtS"
_INNO_HEADER_AT = 0x30
_PYINSTALLER = b"MEI\x0c\x0b\x0a\x0b\x0e"
#: PyInstaller's cookie is among the last bytes, before a signature.
_COOKIE_WITHIN = 4096

#: Tools that change programs leave a few bytes behind the end.
_FILLING = 16

#: WIN_CERTIFICATE: length, revision, kind (PE Format, The Attribute Certificate Table).
_certificate = struct.Struct("<IHH")
_CERTIFICATES = 64


def open_pe(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what a Windows program carries."""
    layout = layout_of(source.read_at, source.size)
    if layout is None:
        return
    end = layout.certificates.start or source.size
    yield from _overlay(source, layout.end, end, unpacking.budget)
    yield from _behind_signature(source, layout)
    installer = _installer(source, layout.end, end)
    try:
        for resource in resources_of(layout, source.read_at, source.size):
            unpacking.budget.check()
            head = source.read_at(resource.start, min(resource.size, 2048))
            if head.startswith(_INNO_TABLE):
                installer = "Inno Setup"
            elif head.startswith(_INSTALLERS[-1][0]):
                installer = "AutoIt"
            elif _is_worth(_kinds(head)):
                name = "[resource] " + "/".join(resource.path)
                yield Member(
                    name.encode("utf-8", "replace"),
                    source.chunks(resource.start, resource.start + resource.size),
                    size=resource.size,
                )
    except TooManyError as error:
        raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "resources") from error
    if installer:
        raise not_opened(installer)


def open_appended(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what is appended to a program of Linux or macOS."""
    yield from _overlay(source, _end(source), source.size, unpacking.budget)
    if _is_pyinstaller(source, source.size):
        raise not_opened("PyInstaller")


def is_worth_opening(source: Source) -> bool:
    """Say whether a program of Linux or macOS has anything behind its end."""
    return 0 < _end(source) < source.size - _FILLING


def pe_is_worth_opening(source: Source) -> bool:
    """Say whether a Windows program has resources, or anything behind its sections."""
    layout = layout_of(source.read_at, source.size)
    return layout is not None and (layout.end < source.size or layout.resources.size > 0)


def _end(source: Source) -> int:
    return end_of_elf(source.read_at) if FileType.ELF in source.types else end_of_macho(source.read_at)


def _overlay(source: Source, start: int, end: int, budget: Budget) -> Iterator[Member]:
    """Yield what lies behind a program, from where it begins to be something."""
    if not 0 < start < end:
        return
    begins = _first_worth(source, start, end, budget)
    if begins >= 0:
        yield Member(_OVERLAY, source.chunks(begins, end), size=end - begins)


def _first_worth(source: Source, start: int, end: int, budget: Budget) -> int:
    """Return where the appended bytes begin to be something that unfolds or runs; -1 if they never do."""
    kinds = _kinds(source.read_at(start, min(HEAD_BYTES, end - start)))
    if _is_worth(kinds):
        return -1 if _is_opened_as_whole(source, kinds) else start
    part = source.read_at(start, min(_SEARCHED, end - start))
    if (found := _ARCHIVE.search(part)) is not None:
        kinds = _kinds(part[found.start() : found.start() + HEAD_BYTES])
        if _is_worth(kinds) and not _is_opened_as_whole(source, kinds):
            return start + found.start()
    if FileType.NSIS in source.types:
        return -1
    return next(archives(source, start, min(end, start + _SEARCHED_BY_FIELDS), budget), -1)


def _is_opened_as_whole(source: Source, kinds: tuple[FileType, ...]) -> bool:
    """Say whether the program itself is opened as what is appended: as a zip archive, or an NSIS installer."""
    return FileType.NSIS in source.types or (FileType.ZIP in source.types and FileType.ZIP in kinds)


def _kinds(head: bytes) -> tuple[FileType, ...]:
    return types_of(head, lambda: b"")


def _is_worth(kinds: tuple[FileType, ...]) -> bool:
    from medscan_gui.engine.unpack.registry import CONTAINERS

    looked_at = (kind for kind in kinds if kind not in _PASSED_OVER)
    return any(kind in PROGRAMS or kind is FileType.LNK or kind in CONTAINERS for kind in looked_at)


def _behind_signature(source: Source, layout: PeLayout) -> Iterator[Member]:
    """Yield what was put where nobody expects it: in a certificate behind its end, and behind all certificates."""
    table = layout.certificates
    if not table.size:
        return
    place, end = table.start, table.start + table.size
    for _entry in range(_CERTIFICATES):
        header = source.read_at(place, _certificate.size + 4)
        if len(header) < _certificate.size + 4 or place + 8 > end:
            break
        length = _certificate.unpack_from(header)[0]
        if not 8 <= length <= end - place:
            break
        inner = _length_of_der(header[8:])
        if inner and inner + 8 < length:
            yield from _if_filled(source, place + 8 + inner, place + length)
        place += length + -length % 8
    yield from _if_filled(source, end, source.size)


def _length_of_der(begin: bytes) -> int:
    """Return the length of a DER sequence whose length takes two bytes, as that of signatures does; 0 for others."""
    return 4 + int.from_bytes(begin[2:4], "big") if begin[:2] == b"\x30\x82" else 0


def _if_filled(source: Source, start: int, end: int) -> Iterator[Member]:
    """Yield a part of the file unless it is mere filling."""
    if end - start > 8 and any(source.read_at(start, min(4096, end - start))):
        yield Member(_BEHIND_SIGNATURE, source.chunks(start, end), size=end - start)


def _installer(source: Source, start: int, end: int) -> str:
    """Return the name of an installer that is recognised and cannot be opened; "" if it is none."""
    if source.read_at(_INNO_HEADER_AT, 4) == b"Inno":
        return "Inno Setup"
    if 0 < start < end:
        head = source.read_at(start, min(HEAD_BYTES, end - start))
        for mark, name in _INSTALLERS:
            if head.startswith(mark):
                return name
        if head[:4] == b"NB10" and b"InstallShield\0" in head:  # debugging information before it
            return "InstallShield"
        if _INNO_WORDS in head:
            return "Inno Setup"
        if _is_pyinstaller(source, end):
            return "PyInstaller"
    return ""


def _is_pyinstaller(source: Source, end: int) -> bool:
    start = max(0, end - _COOKIE_WITHIN)
    return _PYINSTALLER in source.read_at(start, end - start)


FORMATS: tuple[Format, ...] = (
    Format(
        name="Windows programs",
        kinds=(FileType.PE,),
        opener=open_pe,
        library="own",
        read="archives and programs behind the sections (self-extracting archives) and among the resources; "
        "what hides behind a signature",
        not_read="Inno Setup, InstallShield, Setup Factory, AutoIt and PyInstaller are recognised and not opened; "
        "run-time packers",
        samples=("program-overlay.exe", "program-resource.exe"),
        worth=pe_is_worth_opening,
    ),
    Format(
        name="ELF and Mach-O programs",
        kinds=(FileType.ELF, FileType.MACHO),
        opener=open_appended,
        library="own",
        read="archives and programs behind the end (AppImage, self-extracting archives)",
        not_read="PyInstaller is recognised and not opened; run-time packers",
        samples=("program-overlay.elf",),
        worth=is_worth_opening,
    ),
)
