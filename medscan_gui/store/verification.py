"""Checking the whole journal: the chain, and that the lists say what the entries say."""

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from medscan_gui.core.verdict import Verdict
from medscan_gui.core.words import LIGHT_OF
from medscan_gui.store import entries
from medscan_gui.store.chain import ChainCheck, ChainReport, Entry, short_code
from medscan_gui.store.kinds import ENDS, Kind
from medscan_gui.store.schema import scans


class _Gist(msgspec.Struct, frozen=True):
    """What of a record the list of scans must agree with."""

    id: str
    verdict: Verdict


_gists = msgspec.json.Decoder(_Gist)


def verify(connection: Connection) -> ChainReport:
    """Recompute every hash and link; compare the light of every scan in the lists with its record."""
    check = ChainCheck()
    lights: dict[str, tuple[int, str]] = {}
    finished: set[str] = set()
    for entry in entries.all_entries(connection):
        check.follow(entry)
        if entry.kind in ENDS:
            _note_end(entry, lights, finished)
    return ChainReport(
        entries=check.entries,
        ok=check.first_bad is None,
        first_bad_sequence=check.first_bad,
        head_code=short_code(check.head.hash),
        lists_agree=_listed(connection) == lights,
    )


def _note_end(entry: Entry, lights: dict[str, tuple[int, str]], finished: set[str]) -> None:
    try:
        gist = _gists.decode(entry.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if entry.kind == Kind.SCAN_FINISHED:
        finished.add(gist.id)
    elif gist.id in finished:
        return  # as in the index: a result outranks a later "cut off"
    lights[gist.id] = (entry.sequence, LIGHT_OF[gist.verdict.kind].value)


def _listed(connection: Connection) -> dict[str, tuple[int, str]] | None:
    statement = select(scans.c.scan_id, scans.c.end_sequence, scans.c.light).where(scans.c.end_sequence.is_not(None))
    try:
        return {row.scan_id: (row.end_sequence, row.light) for row in connection.execute(statement).all()}
    except DBAPIError:
        return None
