"""Mutated samples of every container format, scanned by real engine processes."""

import os
import random
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine.events import Ended, EngineRestarted, ItemTrouble
from medscan_gui.engine.limits import Limits, UnpackLimits
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from tests.engine.scanning import make_bundle

SAMPLES = Path(__file__).resolve().parent / "formats"

#: One mutated file must not take the whole patience of a real scan.
PATIENCE = Limits(
    item_seconds=20.0,
    silence_seconds=30.0,
    max_restarts=100_000,
    unpack=UnpackLimits(bytes_least=32 << 20, bytes_most=64 << 20, members=2000),
)

_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 63)


def samples() -> dict[str, bytes]:
    """Return all samples by name; the large ones are those that are compressed anyway."""
    return {
        path.name: path.read_bytes()
        for path in sorted(SAMPLES.iterdir())
        if path.name != "README.md" and path.stat().st_size <= 256 << 10
    }


def mutated(sample: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a sample changed in one to five of the ways that files are damaged or forged."""
    data = bytearray(sample)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        chance.choice(_WAYS)(data, others, chance)
    return bytes(data)


def _flip(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _number(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    form = chance.choice("BHIQ")
    number = chance.choice(_INTERESTING) & ((1 << 8 * struct.calcsize(form)) - 1)
    packed = struct.pack(chance.choice("<>") + form, number)
    at = chance.randrange(max(1, len(data)))
    data[at : at + len(packed)] = packed


def _cut(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    del data[chance.randrange(max(1, len(data))) :]


def _take_out(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(max(1, len(data)))
    del data[at : at + chance.choice((1, 2, 4, 16, 256))]


def _repeat(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(max(1, len(data)))
    part = data[at : at + chance.choice((1, 4, 16, 512))]
    data[at:at] = part * chance.choice((1, 2, 16))


def _blank(data: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(max(1, len(data)))
    size = min(len(data) - at, chance.choice((4, 16, 64)))
    data[at : at + size] = bytes([chance.choice((0, 0xFF, 0x41))]) * size


def _splice(data: bytearray, others: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(others)
    start = chance.randrange(max(1, len(other)))
    part = other[start : start + chance.choice((16, 128, 4096))]
    at = chance.randrange(max(1, len(data)))
    data[at : at + (len(part) if chance.random() < 0.5 else 0)] = part


_WAYS: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    *(_flip, _flip, _number, _number, _cut, _take_out, _repeat, _blank, _splice),
)


class Round(msgspec.Struct, kw_only=True):
    """What one scan of mutated files gave."""

    inputs: int = 0
    outcomes: Counter[tuple[Outcome, Cause]] = msgspec.field(default_factory=Counter)
    #: Files at which an engine process was lost, and how.
    lost: list[tuple[bytes, str]] = msgspec.field(default_factory=list)
    slowest: tuple[str, int] = ("", 0)


def scan_round(folder: Path, files: int, workers: int = 0) -> Round:
    """Scan a folder of mutated files. Raises AssertionError if the scan died or an item has no outcome."""
    told = Round(inputs=files)
    job = ScanJob(
        paths=(os.fsencode(folder),),
        bundle=make_bundle(),
        workers=workers,
        limits=PATIENCE,
        skip_virtual=False,
        scratch=os.fsencode(_scratch(folder)),
    )
    items = 0
    for event in Supervisor(job).events():
        if isinstance(event, ItemTrouble) and len(event.problem.chain) == 1:
            told.outcomes[event.problem.outcome, event.problem.cause] += 1
            items += 1
        elif isinstance(event, EngineRestarted):
            told.lost.append((event.path, f"{event.lost.value} {event.detail}"))
        elif isinstance(event, Ended):
            assert event.stop is Stop.COMPLETED, event
            assert event.walk_complete
            if event.slowest:
                told.slowest = (os.fsdecode(event.slowest[0].chain[0]), event.slowest[0].milliseconds)
    told.outcomes[Outcome.SCANNED, Cause.NONE] += files - items
    return told


def _scratch(folder: Path) -> Path:
    scratch = folder.with_name(folder.name + "-scratch")
    scratch.mkdir(exist_ok=True)
    return scratch
