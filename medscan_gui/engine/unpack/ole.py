"""OLE2 compound files: Office documents up to 2003, Outlook messages, Windows Installer databases, and many more.

Every stream is a member. What lies packed within streams is given besides: the source of macros, embedded files, the
document inside an encrypted one, the bodies of messages.
"""

from collections.abc import Callable, Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.unpack import msg, msi, office_crypto, office_locked, ole_objects, powerpoint, vba
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, locked
from medscan_gui.engine.unpack.compound import CompoundFile
from medscan_gui.engine.unpack.source import Source

_Part = Callable[[CompoundFile, Unpacking], Iterator[Member]]


def _streams(compound: CompoundFile, unpacking: Unpacking) -> Iterator[Member]:
    encoded = msi.is_database(compound)
    names = msg.attachment_names(compound) if msg.is_message(compound) else {}
    for entry in compound.streams():
        unpacking.budget.check()
        name = names.get(entry.index) or compound.path(entry)
        yield Member(msi.readable(name) if encoded else name, compound.chunks(entry), size=entry.size)


def _bodies(compound: CompoundFile, _unpacking: Unpacking) -> Iterator[Member]:
    if msg.is_message(compound):
        yield from msg.bodies(compound)


def _locked(compound: CompoundFile, _unpacking: Unpacking) -> Iterator[Member]:
    if office_locked.is_locked(compound):
        raise locked("document")
    yield from ()


_PARTS: tuple[_Part, ...] = (
    _streams,
    lambda compound, _unpacking: vba.macros(compound),
    lambda compound, _unpacking: ole_objects.packages(compound),
    lambda compound, unpacking: powerpoint.objects(compound, unpacking.budget),
    _bodies,
    office_crypto.packages,
    _locked,
)


def open_ole(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield the streams of a compound file, and what is packed within them.

    Raises UnpackError at the end for what could not be given.
    """
    try:
        compound = CompoundFile(source, unpacking.budget)
    except UnpackError:
        yield from vba.carved(source)
        raise
    trouble: Exception | None = None
    for part in _PARTS:
        try:
            yield from part(compound, unpacking)
        except Exception as error:  # noqa: BLE001  # one part that does not follow its format hides no other
            trouble = trouble or error
    trouble = trouble or compound.trouble
    if compound.trouble is not None:
        yield from vba.carved(source)
    if trouble is not None:
        raise trouble


FORMATS: tuple[Format, ...] = (
    Format(
        name="OLE2 compound file (doc, xls, ppt, msi, msg, vbaProject.bin ...)",
        kinds=(FileType.OLE2,),
        opener=open_ole,
        library="own",
        read="every stream, also those that nothing leads to; source of VBA macros; files embedded through the "
        "packager; objects of presentations; names of Windows Installer's streams; attachments and bodies of messages; "
        "documents encrypted with AES, by password",
        not_read="compiled VBA code (scanned as it is; told where its source is gone); binary documents that are "
        "encrypted themselves (told as encrypted); Excel 4 formulas (scanned as stored)",
        samples=("macro.xls", "object.doc", "package.doc", "sample.msi", "message.msg", "default-password.xlsm"),
    ),
)
