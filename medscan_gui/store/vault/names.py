"""Where an entry's files lie: `<first two digits of the id>/<id>.json` and `<id>.sample`.

Folders of FAT are slow beyond some thousand names and bounded at 65,536: hence 256 of them. Nothing that
is no id of 32 hexadecimal digits ever becomes part of a path.
"""

import re
import secrets
from pathlib import Path

FACTS = ".json"
SAMPLE = ".sample"
#: What is being written carries this until it is whole and on the medium.
UNFINISHED = ".new"
LOCK_NAME = "vault.lock"

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SHARD = re.compile(r"[0-9a-f]{2}", re.ASCII)
_ENTRY_FILE = re.compile(r"([0-9a-f]{32})(\.json|\.sample|\.json\.new|\.sample\.new)", re.ASCII)


def new_id() -> str:
    """Return a new id: 128 random bits in lower-case hexadecimal."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Say whether `text` is an id as `new_id` makes them."""
    return _ID.fullmatch(text) is not None


def is_shard(name: str) -> bool:
    """Say whether a folder of this name holds entries."""
    return _SHARD.fullmatch(name) is not None


def parts_of(name: str) -> tuple[str, str] | None:
    """Return id and kind (suffix) of an entry's file; None for any other name."""
    found = _ENTRY_FILE.fullmatch(name)
    return (found[1], found[2]) if found else None


def shard_of(folder: Path, entry_id: str) -> Path:
    """Return the folder of an entry's files."""
    return folder / entry_id[:2]


def file_of(folder: Path, entry_id: str, kind: str) -> Path:
    """Return one of an entry's files. `entry_id` must be an id."""
    if not is_id(entry_id):
        raise ValueError("not an id")
    return shard_of(folder, entry_id) / f"{entry_id}{kind}"
