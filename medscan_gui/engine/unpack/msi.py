"""Names of streams in Windows Installer databases.

A name there is twice as long as a compound file allows: two characters of an alphabet of 64 share one UTF-16 unit
from 0x3800 on, a single one takes a unit from 0x4800 on, and 0x4840 stands in front of tables. (No specification tells
this; it shows in any database beside the documented table names.)
"""

from medscan_gui.engine.unpack.compound import CompoundFile

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS, _SINGLES, _TABLE = 0x3800, 0x4800, 0x4840
#: Classes of databases, patches and transforms: {000C108x-0000-0000-C000-000000000046}.
_CLASS_FRONT, _CLASS_END = b"\x10\x0c\0", b"\0\0\0\0\xc0\0\0\0\0\0\0\x46"


def is_database(compound: CompoundFile) -> bool:
    """Say whether a compound file is a database, a patch or a transform of Windows Installer."""
    clsid = compound.entries[0].clsid
    if clsid[1:4] == _CLASS_FRONT and clsid[4:] == _CLASS_END:
        return True
    table = chr(_TABLE).encode()
    return any(entry.parent == 0 and entry.name.startswith(table) for entry in compound.entries)


def readable(name: bytes) -> bytes:
    """Return a stream's name (UTF-8) as Windows Installer means it."""
    return "".join(_characters(one) for one in name.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")


def _characters(one: str) -> str:
    code = ord(one)
    if _PAIRS <= code < _SINGLES:
        return _ALPHABET[code - _PAIRS & 63] + _ALPHABET[code - _PAIRS >> 6]
    if _SINGLES <= code < _TABLE:
        return _ALPHABET[code - _SINGLES]
    return "!" if code == _TABLE else one
