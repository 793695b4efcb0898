"""One line of the quarantine: an entry, or what is left of a damaged one. Made beside the window's thread."""

from dataclasses import dataclass
from enum import StrEnum

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.findings import finding_name
from medscan_gui.store.vault import DamagedEntry

#: Longest text of one cell, in characters.
_CELL = 300


class Standing(StrEnum):
    """How entries are told apart in the list: their states, as far as an operator acts differently on them."""

    KEPT = "kept"
    UNFINISHED = "unfinished"
    RESTORED = "restored"
    DESTROYED = "destroyed"
    ABANDONED = "abandoned"
    DAMAGED = "damaged"


_STANDING = {
    EntryState.COPYING: Standing.UNFINISHED,
    EntryState.COPIED: Standing.UNFINISHED,
    EntryState.REMOVING: Standing.UNFINISHED,
    EntryState.QUARANTINED: Standing.KEPT,
    EntryState.RESTORING: Standing.UNFINISHED,
    EntryState.RESTORED: Standing.RESTORED,
    EntryState.DESTROYED: Standing.DESTROYED,
    EntryState.ABANDONED: Standing.ABANDONED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What the list shows and searches; `entry` is None where a damaged entry does not even say what it was."""

    id: str
    entry: VaultEntry | None
    damage: Message | None
    standing: Standing
    name: str
    folder: str
    device_id: str
    device: str
    threat: str
    operator: str
    taken: str
    size: int
    #: Everything that a search looks at, in lower case.
    text: str


def row_of(found: VaultEntry | DamagedEntry) -> Row:
    """Return the line of an entry."""
    entry = found.entry if isinstance(found, DamagedEntry) else found
    damage = found.why if isinstance(found, DamagedEntry) else None
    if entry is None:
        name = shown(found.id, _CELL)
        return Row(found.id, None, damage, Standing.DAMAGED, name, "", "", "", "", "", "", 0, name.casefold())
    folder, name = _split(entry.facts.path)
    threat = ", ".join(dict.fromkeys(finding_name(finding) for finding in entry.findings[:20]))
    device, operator = shown(entry.device.title, _CELL), shown(entry.operator, _CELL)
    asset, department = shown(entry.device.asset_number, _CELL), shown(entry.device.department, _CELL)
    searched = (name, folder, device, asset, department, threat, operator, entry.facts.sha256, found.id)
    return Row(
        id=found.id,
        entry=entry,
        damage=damage,
        standing=Standing.DAMAGED if damage else _STANDING[entry.state],
        name=name,
        folder=folder,
        device_id=entry.device.id,
        device=device,
        threat=threat,
        operator=operator,
        taken=entry.taken,
        size=entry.facts.size,
        text="\n".join(searched).casefold(),
    )


def _split(path: bytes) -> tuple[str, str]:
    """Return folder and name of a raw path, whichever system it is of, escaped for showing."""
    cut = max(path.rfind(b"/"), path.rfind(b"\\") if path[1:3] == b":\\" or path[:2] == b"\\\\" else -1)
    return shown_raw(path[:cut] or path[: cut + 1], _CELL), shown_raw(path[cut + 1 :], _CELL)


def standing_words(standing: Standing) -> str:
    """Return a group of states in words."""
    return {
        Standing.KEPT: _("In quarantine"),
        Standing.UNFINISHED: _("Not finished"),
        Standing.RESTORED: _("Put back"),
        Standing.DESTROYED: _("Destroyed"),
        Standing.ABANDONED: _("Given up"),
        Standing.DAMAGED: _("Damaged"),
    }[standing]


def state_words(row: Row) -> str:
    """Return where an entry stands, in one sentence, with the reason if there is one."""
    if row.damage is not None:
        said = _("Damaged, perhaps altered by hand")
    elif row.entry is None:
        return standing_words(row.standing)
    else:
        said = current().sentence_of(f"entry.{row.entry.state}")
    why = row.damage or (row.entry.why if row.entry else None)
    if why is None:
        return said
    return _("{state}: {why}").format(state=said, why=shown(current().sentence(why), _CELL * 2))
