"""The names that files have for a moment while MedScan removes or restores them.

Both hold the random id of a quarantine entry, so that a leftover tells whose it is.
"""

from medscan_gui.core.names import raw_bytes

_PREFIX = ".medscan-"
_UNFINISHED = ".part"


def aside_name(entry_id: str) -> bytes:
    """Return the name that an original has between the moment it is set aside and its removal."""
    return raw_bytes(_PREFIX + _checked(entry_id))


def unfinished_name(entry_id: str) -> bytes:
    """Return the name of a file that is being restored; never that of an original."""
    return raw_bytes(_PREFIX + _checked(entry_id) + _UNFINISHED)


def _checked(entry_id: str) -> str:
    # Ids come back from the vault's files, which somebody may have written by hand.
    if not (entry_id.isascii() and entry_id.isalnum() and len(entry_id) <= 64):
        raise ValueError(f"not an entry's id: {entry_id!r}")
    return entry_id
