"""What the supervisor starts children with: the command, and the rules with the self-test."""

import os
import sys
from pathlib import Path

import msgspec

from medscan_gui.core.bundle import Bundle, TableFile
from medscan_gui.core.names import raw_bytes
from medscan_gui.engine.events import Role
from medscan_gui.engine.limits import Limits
from medscan_gui.engine.protocol import Load, RuleText, TableOrder, line

#: The agreed test file of the antivirus industry (eicar.org), in pieces: whole, it would make an antivirus
#: of the host take this module away.
_SAMPLE_PIECES = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*")

#: Harmless by its making: plain words, no code, no marker.
_COUNTER_SAMPLE = b"A plain text of a harmless file. No signature has any business to match it.\r\n" * 4


def self_test_sample() -> bytes:
    """Return the sample that the self-test rule must find, assembled in memory only."""
    return "".join(_SAMPLE_PIECES).encode("ascii")


def engine_command(role: Role) -> tuple[str, ...]:
    """Return the command that starts an engine process of this very program."""
    if getattr(sys, "frozen", False):
        # The console executable beside us: a windowed one has no standard pipes on Windows.
        suffix = ".exe" if os.name == "nt" else ""
        return (str(Path(sys.executable).with_name(f"medscan-console{suffix}")), "--engine", role.value)
    # -P: the working directory is not a place to import from.
    return (sys.executable, "-P", "-m", "medscan_gui", "--engine", role.value)


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is given beside the rules. `work_share` above 0.0 makes it gentle: its share of one core."""

    work_share: float = 0.0
    passwords: tuple[str, ...] = ()
    scratch: bytes = b""
    removable: bool = False


def _table(table: TableFile) -> TableOrder:
    return TableOrder(
        path=table.path,
        licence=table.licence,
        hashes=table.hashes,
        kind=table.kind,
        sha256=table.sha256,
        size=table.size,
        place=raw_bytes(table.place),
    )


def load_order(bundle: Bundle, limits: Limits, extras: Extras) -> bytes:
    """Return the line that gives a worker the verified rules, and what it may use."""
    share = limits.rule_share
    files = (RuleText(file.path, file.licence, file.rules, file.source) for file in bundle.files)
    return line(
        Load(
            name=bundle.name,
            version=bundle.version,
            created=bundle.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            self_test_rule=bundle.self_test_rule,
            files=tuple(files),
            sample=self_test_sample(),
            counter_sample=_COUNTER_SAMPLE,
            item_seconds=limits.item_seconds * share,
            item_seconds_per_mb=limits.item_seconds_per_mb * share,
            share=extras.work_share,
            unpack=limits.unpack,
            passwords=extras.passwords,
            scratch=extras.scratch,
            removable=extras.removable,
            tables=tuple(map(_table, bundle.tables)),
        )
    )
