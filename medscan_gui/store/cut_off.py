"""Scans that were cut off: the program was killed, the computer lost power, the key was pulled out."""

from collections.abc import Set
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from medscan_gui.core.messages import Message
from medscan_gui.core.record import ScanRecord, encode_record
from medscan_gui.core.verdict import Verdict, decide
from medscan_gui.core.words import Stop, VerdictKind
from medscan_gui.store import entries, index, queries
from medscan_gui.store.kinds import Kind, record_of


def cut_off_record(stub: ScanRecord) -> ScanRecord:
    """Return the record of a scan of which only the beginning is known.

    It has one reason, but for threats that are known. The others that missing proofs would give ("nothing was
    scanned") are not known to be true: the scan may have read a lot before it was cut off.
    """
    evidence = msgspec.structs.replace(stub.evidence, stop=Stop.CUT_OFF, ended=False, committed=True)
    cut_off = Message.of("verdict.cut_off")
    verdict = Verdict(VerdictKind.INCOMPLETE, (cut_off,))
    decided = decide(evidence)
    if decided.kind is VerdictKind.ACTION_REQUIRED:  # the check after a clean-up: its threats are known
        known = tuple(reason for reason in decided.reasons if reason.code.startswith("verdict.threats_"))
        verdict = Verdict(VerdictKind.ACTION_REQUIRED, (*known, cut_off))
    return msgspec.structs.replace(stub, ended="", evidence=evidence, verdict=verdict)


def enter(connection: Connection, scan_ids: Set[str], now: datetime) -> tuple[str, ...]:
    """Append an end for each of these scans that still has none; return which. Needs the write lock."""
    done = []
    for scan_id, sequence in queries.unended(connection).items():
        if scan_id not in scan_ids:
            continue
        begun = entries.entry_at(connection, sequence)
        stub = record_of(begun.body) if begun else None
        if stub is None:
            continue
        body = encode_record(cut_off_record(stub))
        index.add(connection, entries.append(connection, Kind.SCAN_CUT_OFF, body, now))
        done.append(scan_id)
    return tuple(done)
