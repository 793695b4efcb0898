"""Everything about the chosen entry of the quarantine, and what can be done with all that are chosen."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from medscan_gui.core.names import shown, shown_raw
from medscan_gui.core.quarantine import FileFacts, VaultEntry
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.facts import Fact, FactsModel
from medscan_gui.gui.models.findings import finding_name
from medscan_gui.gui.models.phrases import ago, date_time, number, size
from medscan_gui.gui.models.quarantine_rows import Row, state_words
from medscan_gui.gui.scan.lists import facts_table
from medscan_gui.gui.widgets import Button, Card, Label, column, row

_LONGEST = 1000


class EntryDetails(Card):
    """One entry with its facts, or how many are chosen; the buttons act on all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=16, gap=10)
        self._rows: Sequence[Row] = ()
        self.title = Label(role="heading", wrap=True)
        self.state = Label(role="soft", wrap=True)
        self.restore_button = Button(icon_name="restore")
        self.export_button = Button(icon_name="export")
        self.destroy_button = Button(icon_name="destroy")
        self.why_not = Label(role="small", wrap=True)
        self.facts = FactsModel(self)
        self.table = facts_table(self.facts)
        self.table.horizontalHeader().resizeSection(0, 240)
        words = column([self.title, self.state], gap=2)
        head = row([words, self.restore_button, self.export_button, self.destroy_button], gap=10)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        self.body.addWidget(self.why_not)
        self.body.addWidget(self.table, 1)
        self.body.addStretch(0)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show what is chosen."""
        self._rows = rows
        self._show()

    def _show(self) -> None:
        rows = self._rows
        if not rows:
            return
        if len(rows) == 1:
            self.title.setText(rows[0].name)
            self.state.setText(state_words(rows[0]))
            self.facts.set_facts(_facts(rows[0]))
        else:
            count = len(rows)
            self.title.setText(
                ngettext_("{count} entry chosen", "{count} entries chosen", count).format(count=number(count))
            )
            self.state.setText(_("{size} together").format(size=size(sum(chosen.size for chosen in rows))))
            self.facts.set_facts(())
        self.table.setVisible(len(rows) == 1)

    def allow(self, *, restore: bool, export: bool, destroy: bool, why_not: str) -> None:
        """Say what can be done with what is chosen, and why not the rest."""
        self.restore_button.setEnabled(restore)
        self.export_button.setEnabled(export)
        self.destroy_button.setEnabled(destroy)
        self.destroy_button.setToolTip(why_not or _("Del"))
        self.destroy_button.setAccessibleDescription(why_not)
        self.why_not.setText(why_not)
        self.why_not.setVisible(bool(why_not))

    def retranslate(self) -> None:
        """Set every text again."""
        self.restore_button.setText(_("Restore…"))
        self.restore_button.setToolTip(_("Ctrl+R"))
        self.export_button.setText(_("Export for analysis…"))
        self.export_button.setToolTip(_("Ctrl+E"))
        self.destroy_button.setText(_("Destroy…"))
        self.table.setAccessibleName(_("Facts of the entry"))
        self._show()


def _facts(chosen: Row) -> Iterator[Fact]:
    entry = chosen.entry
    if entry is not None:
        yield from _file_facts(entry)
        yield from _story(entry)
    yield _("Number in the quarantine"), chosen.id


def _file_facts(entry: VaultEntry) -> Iterator[Fact]:
    facts = entry.facts
    yield _("Its own place"), shown_raw(facts.path, _LONGEST)
    for finding in entry.findings[:20]:
        inside = " » ".join(shown_raw(name, 200) for name in finding.chain[1:])
        name = _("{threat} (rule {rule})").format(threat=finding_name(finding), rule=shown(finding.rule, 200))
        yield _("Threat"), f"{name} » {inside}" if inside else name
    yield _("Size"), size(facts.size)
    yield _("SHA-256"), facts.sha256 or _("could not be computed")
    yield _("Last changed"), _nanoseconds(facts.modified_ns)
    if kept := ", ".join(_kept_too(facts)):
        yield _("Kept with it"), kept


def _kept_too(facts: FileFacts) -> Iterator[str]:
    if facts.mode:
        yield _("rights {mode}").format(mode=f"{facts.mode & 0o7777:o}")
    if facts.uid >= 0:
        yield _("owner {uid}:{gid}").format(uid=facts.uid, gid=facts.gid)
    if count := len(facts.xattrs):
        yield ngettext_("{count} extended attribute", "{count} extended attributes", count).format(count=count)
    if count := len(facts.streams):
        yield ngettext_("{count} alternate stream", "{count} alternate streams", count).format(count=count)
    if facts.links > 1:
        yield ngettext_("{count} name", "{count} names", facts.links).format(count=facts.links)


def _story(entry: VaultEntry) -> Iterator[Fact]:
    device = (entry.device.title, entry.device.asset_number if entry.device.name else "", entry.device.department)
    yield _("Device"), " · ".join(shown(part, 200) for part in device if part) or _("unknown")
    yield _("Scanned"), shown(entry.target.shown, 300)
    yield _("Taken"), _("{date} ({ago})").format(date=date_time(entry.taken), ago=ago(entry.taken))
    yield _("By"), shown(entry.operator, 200) or _("unknown")
    if entry.changed and entry.changed != entry.taken:
        yield _("In this state since"), date_time(entry.changed)
    if entry.restored_to:
        yield _("Put back to"), shown_raw(entry.restored_to, _LONGEST)


def _nanoseconds(value: int) -> str:
    try:
        return date_time(timestamp(datetime.fromtimestamp(value / 1e9, UTC)))
    except (OverflowError, OSError, ValueError):
        return _("unknown")
