"""Sentences of locked files, and what the settings hold of passwords."""

from collections.abc import Collection, Sequence

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number

#: As in `store.settings`: passwords that are kept, and the characters of each.
KEPT, KEPT_CHARS = 50, 200


class NotKeptError(MedScanError):
    """The settings do not hold so many passwords, or none so long."""


def locked_words(record: ScanRecord, count: int) -> str:
    """Return that files are locked; after a try, that no password opened them. "" for none."""
    if not count:
        return ""
    if record.follows and not record.action:
        said = ngettext_(
            "{count} file is still locked: none of the passwords opened all of it.",
            "{count} files are still locked: none of the passwords opened all of them.",
            count,
        )
    else:
        said = ngettext_(
            "{count} file is locked by a password and could not be read.",
            "{count} files are locked by a password and could not be read.",
            count,
        )
    return said.format(count=number(count))


def unlocking_words(*, paused: bool) -> str:
    """Return the headline of the scan that reads locked files."""
    return _("The scan is paused") if paused else _("Reading the locked files…")


def kept_passwords(before: Collection[str], new: Sequence[str]) -> tuple[str, ...]:
    """Return the passwords of the settings with new ones. Raises NotKeptError if they are too many, or too long."""
    together = tuple(dict.fromkeys((*before, *new)))
    if len(together) > KEPT or any(len(one) > KEPT_CHARS for one in together):
        raise NotKeptError(Message.of("unlock.too_many_passwords", passwords=KEPT, characters=KEPT_CHARS))
    return together
