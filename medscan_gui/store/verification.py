"""Checking the whole journal: the chain, and that the lists say what the entries say."""

from sqlalchemy import Connection

from medscan_gui.store import comparison, entries, index
from medscan_gui.store.chain import ChainCheck, ChainReport, short_code
from medscan_gui.store.expected import Expected


def verify(connection: Connection) -> ChainReport:
    """Recompute every hash and link; compare every row of every list with the entries.

    Lists that know more entries than there are tell of a cut at the end of the chain.
    """
    check, expected = ChainCheck(), Expected()
    for entry in entries.all_entries(connection):
        check.follow(entry)
        expected.follow(entry)
    first_bad = check.first_bad
    if first_bad is None and index.reaches_beyond(connection, check.head):
        first_bad = check.head.sequence + 1
    return ChainReport(
        entries=check.entries,
        ok=first_bad is None,
        first_bad_sequence=first_bad,
        head_code=short_code(check.head.hash),
        lists_agree=index.is_current(connection, check.head) and comparison.lists_agree(connection, expected),
    )
