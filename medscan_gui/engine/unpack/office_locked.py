"""Whether a binary Office document is encrypted: its streams are there, but nobody can read them."""

import struct

from medscan_gui.engine.unpack.compound import CompoundFile

#: FibBase.fEncrypted ([MS-DOC] 2.5.2) and where it lies.
_FLAGS_AT, _ENCRYPTED = 0x0A, 0x0100
#: Identifiers of a FIB, those of the versions before Word 97 and of Asian versions included.
_WORD = (b"\xec\xa5", b"\xdc\xa5", b"\x9b\xa5")
#: BIFF records ([MS-XLS] 2.3): FilePass follows the first BOF, behind WriteProtect at most.
_FILE_PASS = 0x002F
_BOF = (0x0809, 0x0409, 0x0209)
_RECORDS = 16
#: CurrentUserAtom.headerToken of an encrypted presentation ([MS-PPT] 2.3.2), and where it lies.
_TOKEN_AT, _TOKEN = 12, b"\xdf\xc4\xd1\xf3"


def is_locked(compound: CompoundFile) -> bool:
    """Say whether the document's own text and objects are encrypted (its macros never are)."""
    if _word(_front(compound, b"WordDocument")) or _powerpoint(_front(compound, b"Current User")):
        return True
    return _excel(_front(compound, b"Workbook") or _front(compound, b"Book"))


def _front(compound: CompoundFile, name: bytes) -> bytes:
    entry = compound.at_root(name)
    return b"" if entry is None else compound.read(entry, 4096)


def _word(front: bytes) -> bool:
    if not front.startswith(_WORD) or len(front) < _FLAGS_AT + 2:
        return False
    return bool(int.from_bytes(front[_FLAGS_AT : _FLAGS_AT + 2], "little") & _ENCRYPTED)


def _excel(front: bytes) -> bool:
    at = 0
    for number in range(_RECORDS):
        if at + 4 > len(front):
            return False
        kind, size = struct.unpack_from("<HH", front, at)
        if not number and kind not in _BOF:
            return False
        if kind == _FILE_PASS:
            return True
        at += 4 + size
    return False


def _powerpoint(front: bytes) -> bool:
    return front[_TOKEN_AT : _TOKEN_AT + 4] == _TOKEN
