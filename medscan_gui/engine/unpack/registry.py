"""All container formats, by the kind of content that they open.

Openers import their libraries when they are first used: most scans meet few formats.
"""

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack import (
    active_mime,
    appended,
    ar,
    cpio,
    dicom,
    disk_image,
    email_message,
    html,
    lnk,
    odf,
    ole,
    ole_objects,
    onenote,
    pdf,
    programs,
    rtf,
    scripts,
    seven_zip,
    seven_zip_images,
    streams,
    tar,
    tnef,
    zip_family,
)
from medscan_gui.engine.unpack.base import Format
from medscan_gui.engine.unpack.source import Source

#: Every format that can be opened.
FORMATS: tuple[Format, ...] = (
    *seven_zip.FORMATS,
    *seven_zip_images.FORMATS,
    *disk_image.FORMATS,
    *zip_family.FORMATS,
    *email_message.FORMATS,
    *pdf.FORMATS,
    *programs.FORMATS,
    *lnk.FORMATS,
    *dicom.FORMATS,
    *html.FORMATS,
    *scripts.FORMATS,
    *streams.FORMATS,
    *tar.FORMATS,
    *ar.FORMATS,
    *cpio.FORMATS,
    *odf.FORMATS,
    *ole.FORMATS,
    *ole_objects.FORMATS,
    *rtf.FORMATS,
    *tnef.FORMATS,
    *onenote.FORMATS,
    *active_mime.FORMATS,
    *appended.FORMATS,
)

#: Kinds that are containers and that nothing here opens: never counted as simply scanned.
NOT_OPENED: frozenset[FileType] = frozenset(
    {
        FileType.ACE,
        FileType.APFS,
        FileType.ENCRYPTED_DISK,
        FileType.EWF,
        FileType.HFS,
        FileType.INNO,
        FileType.INSTALL_SHIELD,
        FileType.MAIL_STORE,
        FileType.OTHER_ARCHIVE,
    }
)


def _by_kind() -> dict[FileType, tuple[Format, ...]]:
    found: dict[FileType, tuple[Format, ...]] = {}
    for one in FORMATS:
        for kind in one.kinds:
            found[kind] = (*found.get(kind, ()), one)
    return found


_BY_KIND = _by_kind()

#: Kinds that have an inside: contents of any other kind need no look into.
CONTAINERS: frozenset[FileType] = frozenset(_BY_KIND) | NOT_OPENED


def has_inside(source: Source) -> bool:
    """Say whether a content has to be opened. Asked for every file: costs next to nothing for most."""
    for kind in source.types:
        if kind in NOT_OPENED:
            return True
        for one in _BY_KIND.get(kind, ()):
            if one.worth is None or one.worth(source):
                return True
    return False


def formats_for(source: Source) -> tuple[Format, ...]:
    """Return the formats that open a content, each once."""
    formats = dict.fromkeys(one for kind in source.types for one in _BY_KIND.get(kind, ()))
    return tuple(one for one in formats if one.worth is None or one.worth(source))
