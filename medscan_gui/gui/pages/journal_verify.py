"""The check of the journal's chain, in words."""

from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.store.journal import ChainReport


def chain_sentence(report: ChainReport) -> str:
    """Return what the check found, what it means and what to do."""
    if not report.ok:
        return _(
            "The journal was altered or is damaged: the first entry that does not fit is number {entry}. "
            "Entries before it are intact. Copy the journal’s folder to a safe place and tell your IT security contact."
        ).format(entry=number(report.first_bad_sequence or 0))
    if report.lists_rebuilt:
        return _(
            "The entries of the journal are intact, but its lists did not say what the entries say: somebody may have "
            "changed them. The lists were made again from the entries and are right now. "
            "Look at the lights again, and tell IT security."
        )
    if not report.lists_agree:
        return _(
            "The entries of the journal are intact, but its lists do not say what the entries say, and the journal "
            "cannot be written to make them again. Do not rely on the lights in the lists; open each scan to see its "
            "record. Remove the write protection, verify again, and tell IT security."
        )
    return ngettext_(
        "The journal is intact: {count} entry, each linked to the one before. Code of the chain: {code}.",
        "The journal is intact: {count} entries, each linked to the one before. Code of the chain: {code}.",
        report.entries,
    ).format(count=number(report.entries), code=report.head_code)
