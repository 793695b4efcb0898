"""What the quarantine costs beside a plain copy to the same medium that is made as durable (fsync).

`python bench/quarantine.py [FOLDER]`: FOLDER on the medium to be measured. Medians of several rounds; the
order of the two is turned in each round. Then the listing of a large vault, which is filled without fsync.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from medscan_gui.core.device import Device, Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.quarantine import EntryState, FileFacts, VaultEntry
from medscan_gui.core.words import Severity, TargetKind
from medscan_gui.store.files import sync_folder
from medscan_gui.store.vault import Vault, new_id
from medscan_gui.store.vault.form import Stored, encode
from medscan_gui.store.vault.names import FACTS, file_of

MIB = 1024 * 1024
ROUNDS = 5
SMALL_FILES, SMALL_BYTES = 60, 20_000
LARGE_BYTES = 128 * MIB
LISTED = 20_000
WAY = (EntryState.COPIED, EntryState.REMOVING, EntryState.QUARANTINED)


def entry(size: int) -> VaultEntry:
    path = b"/media/stick/DCIM/setup.exe"
    return VaultEntry(
        id=new_id(),
        action_id="action",
        scan_id="scan",
        taken="2026-11-21T12:00:00.000Z",
        device=Device(id="device", name="Échographe 3", department="Radiologie"),
        target=Target(kind=TargetKind.VOLUME, paths=(b"/media/stick",), label="STICK"),
        facts=FileFacts(path=path, size=size, extents=((0, size),)),
        findings=(Finding(chain=(path,), rule="Worm", rule_file="worms.yar", severity=Severity.HIGH),),
    )


def chunks(content: bytes) -> Iterable[bytes]:
    for start in range(0, len(content), MIB):
        yield content[start : start + MIB]


def plain_copy(folder: Path, content: bytes) -> None:
    with (folder / new_id()).open("wb") as stream:
        for chunk in chunks(content):
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(folder)


def kept(vault: Vault, content: bytes) -> VaultEntry:
    return vault.copy(vault.begin(entry(len(content))), chunks(content))


def quarantine(vault: Vault, content: bytes) -> None:
    """All the steps of a removal, without the removal itself."""
    step = kept(vault, content)
    for state in WAY:
        step = vault.update(step, state=state)


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compared(plain: Callable[[], object], guarded: Callable[[], object]) -> tuple[float, float, float]:
    """Median seconds of both, and the median of the ratios of each round."""
    times: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        if number % 2:
            second = seconds(guarded)
            times.append((seconds(plain), second))
        else:
            times.append((seconds(plain), seconds(guarded)))
    ratio = statistics.median(two / one for one, two in times)
    return statistics.median(one for one, _ in times), statistics.median(two for _, two in times), ratio


def told(what: str, value: float, unit: str, ratio: float | None = None) -> None:
    times = "" if ratio is None else f"   {ratio:5.2f} times as long as the plain copy"
    print(f"{what:<44} {value:10.0f} {unit}{times}")


def small_files(vault: Vault, plain: Path) -> None:
    contents = [random.Random(number).randbytes(SMALL_BYTES) for number in range(SMALL_FILES)]

    def each(work: Callable[[bytes], object]) -> Callable[[], None]:
        def run() -> None:
            for content in contents:
                work(content)

        return run

    plainly = each(lambda content: plain_copy(plain, content))
    one, copied, ratio = compared(plainly, each(lambda content: kept(vault, content)))
    told("small files, plain copy + fsync", SMALL_FILES / one, "/s")
    told("small files, begin and copy, read back", SMALL_FILES / copied, "/s", ratio)
    _one, whole, ratio = compared(plainly, each(lambda content: quarantine(vault, content)))
    told("small files, all steps to QUARANTINED", SMALL_FILES / whole, "/s", ratio)


def large_file(vault: Vault, plain: Path) -> None:
    content = random.Random(0).randbytes(LARGE_BYTES)
    one, copied, ratio = compared(lambda: plain_copy(plain, content), lambda: kept(vault, content))
    held = kept(vault, content)
    read = statistics.median(seconds(lambda: vault.verify(held)) for _ in range(ROUNDS))
    megabytes = LARGE_BYTES / 1e6
    told("large file, plain copy + fsync", megabytes / one, "MB/s")
    told("large file, begin and copy, read back", megabytes / copied, "MB/s", ratio)
    told("large file, read and authenticated", megabytes / read, "MB/s")


def long_list(folder: Path) -> None:
    vault = Vault(folder)
    for _ in range(LISTED):
        filled = entry(1)
        path = file_of(folder, filled.id, FACTS)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Stored(entry=filled, key=bytes(32))))
    first = statistics.median(seconds(lambda: next(iter(vault.entries()))) for _ in range(ROUNDS))
    whole = statistics.median(seconds(vault.sweep) for _ in range(3))
    print(
        f"listing {LISTED} entries                   {LISTED / whole:10.0f} /s, the first after {first * 1000:.0f} ms"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as temporary:
        folder, plain = Path(temporary), Path(temporary) / "plain"
        plain.mkdir()
        vault = Vault(folder / "quarantine")
        small_files(vault, plain)
        large_file(vault, plain)
        long_list(folder / "long")


if __name__ == "__main__":
    main()
