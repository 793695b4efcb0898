"""What a content is to the programs that are started by its name, whatever its first bytes look like.

Browsers, mail programs and script hosts pass over characters that no text has, and over blanks without end in front.
"""

from medscan_gui.engine.file_kinds import FileType

#: Endings of names of what is started as a script, or what is put into one.
SCRIPT_NAMES = frozenset(
    b"ps1 psm1 psd1 bat cmd vbs vbe vb js jse wsf wsh wsc sct hta asp aspx php jsp reg scf url inf".split()
)

_PAGE = (FileType.HTML, FileType.TEXT)
_MARKUP = (FileType.HTML, FileType.XML, FileType.TEXT)
_BY_ENDING: dict[bytes, tuple[FileType, ...]] = {
    **dict.fromkeys(SCRIPT_NAMES, (FileType.TEXT,)),
    **dict.fromkeys(b"html htm shtml shtm hta".split(), _PAGE),
    **dict.fromkeys(b"xml svg xht xhtml xsl xslt".split(), _MARKUP),
    **dict.fromkeys(b"eml mht mhtml nws mbox mbx".split(), (FileType.EMAIL,)),
}
#: What openers call texts that came out of what runs.
_DERIVED = (b"[text]", b"[script", b"[encoded script")
#: Names of documents that office programs open as web archives, with other bytes in front too.
_DOCUMENTS = frozenset(b"doc dot docx docm dotm rtf xls xlt xlsx xlsm ppt pps pot".split())
#: What documents usually are.
_WHOLE = frozenset({(FileType.OLE2,), (FileType.ZIP,)})
_ARCHIVE_MARK = b"mime-version:"
_MESSAGES = frozenset({FileType.EMAIL, FileType.MBOX})


def ending_of(name: bytes) -> bytes:
    """Return the ending of a name in lower case, without what Windows leaves away; b"" if it has none."""
    _, dot, ending = name[-12:].rstrip(b" .").rpartition(b".")
    return ending.lower() if dot else b""


def with_name(name: bytes, found: tuple[FileType, ...], head: bytes) -> tuple[FileType, ...]:
    """Return the kinds of a content that begins with `head`, and what it is by its name beside them."""
    if name.startswith(_DERIVED):
        return tuple(dict.fromkeys((*found, *_PAGE)))
    ending = ending_of(name)
    more = _BY_ENDING.get(ending)
    if more is None:
        if ending not in _DOCUMENTS or found[:1] in _WHOLE or _ARCHIVE_MARK not in head.lower():
            return found
        more = (FileType.EMAIL,)
    if more == (FileType.EMAIL,):
        if not _MESSAGES.isdisjoint(found):
            return found
        more = (FileType.MBOX,) if head.startswith(b"From ") else more
    return tuple(dict.fromkeys(found + more))
