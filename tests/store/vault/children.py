"""Small programs that tests start, kill, or run where the operating system refuses something.

`python -m tests.store.vault.children ROLE FOLDER [ARGUMENT]`; each prints what it saw, one JSON value per line.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.store.vault import Vault, VaultError
from tests.store.vault.samples import fresh, held_by, names_in, quarantined, vault_in

WAY = (EntryState.COPIED, EntryState.REMOVING, EntryState.QUARANTINED)


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def attempt(work: Callable[[], object]) -> str:
    """The code of the VaultError that `work` raises, or "ok"."""
    try:
        work()
    except VaultError as error:
        return error.code.value
    return "ok"


def content_of(entry_id: str) -> bytes:
    """The content that belongs to an entry, so that any process can tell it."""
    made = random.Random(entry_id)
    return made.randbytes(made.choice((0, 10, 5_000, 300_000, 2_500_000)))


def work_for_ever(folder: Path, seed: str) -> None:
    """Entry after entry through all its states until killed; says each state once it is on the medium."""
    vault, choice = vault_in(folder), random.Random(seed)
    say("ready")
    while True:
        entry = vault.begin(fresh())
        say([entry.id, entry.state])
        entry = vault.copy(entry, [content_of(entry.id)])
        for state in WAY[: choice.randrange(4)]:
            entry = vault.update(entry, state=state)
            say([entry.id, entry.state])
        if entry.state is not EntryState.REMOVING and choice.random() < 0.5:
            held = entry.state is EntryState.QUARANTINED
            entry = vault.update(entry, state=EntryState.DESTROYED if held else EntryState.ABANDONED)
            say([entry.id, entry.state])


def whole_way(folder: Path, _argument: str) -> None:
    """Two entries: one taken, put back and destroyed, one given up. Says each state once it is on the medium."""
    vault = vault_in(folder)
    ways = (
        (*WAY, EntryState.RESTORING, EntryState.RESTORED, EntryState.DESTROYED),
        (EntryState.COPIED, EntryState.ABANDONED),
    )
    try:
        for way in ways:
            entry = vault.begin(fresh())
            say([entry.id, entry.state])
            entry = vault.copy(entry, [content_of(entry.id)])
            for state in way:
                entry = vault.update(entry, state=state)
                say([entry.id, entry.state])
    except VaultError as error:
        say(["error", error.code.value])
    else:
        say(["done", ""])


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, stdout=subprocess.DEVNULL)


def on_a_small_disk(folder: Path, _argument: str) -> None:
    """Fill a medium of 3 MB, by samples and then by entries; then make room. Needs a mount namespace of its own."""
    _mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder))
    vault = vault_in(folder)
    first = quarantined(vault, b"x" * 1_000_000)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    begun = vault.begin(fresh())
    say(attempt(lambda: vault.copy(begun, [bytes(2_000_000)])))
    say(names_in(vault) == sorted([f"{begun.id}.json", f"{first.id}.json", f"{first.id}.sample"]))
    _fill(vault)
    say(attempt(lambda: vault.update(first, state=EntryState.DESTROYED)))
    say([vault.entry(first.id) == first, held_by(vault, first) == b"x" * 1_000_000])
    say(all(isinstance(entry, VaultEntry) for entry in vault.entries()))
    ballast.unlink()
    say(attempt(lambda: vault.copy(begun, [bytes(500_000)])))
    say(attempt(lambda: vault.update(first, state=EntryState.DESTROYED)))


def _fill(vault: Vault) -> None:
    codes = {"ok"}
    with (vault.folder.parent / "more").open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            codes.clear()
    for _ in range(200):
        codes.add(attempt(partial(vault.begin, fresh())))
    say(sorted(codes - {"ok"}))


def under_a_size_limit(folder: Path, _argument: str) -> None:
    """Copy more than the system lets a file grow."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    vault = vault_in(folder)
    begun = vault.begin(fresh())
    say(attempt(lambda: vault.copy(begun, [bytes(50_000)] * 40)))
    say(names_in(vault) == [f"{begun.id}.json"])
    say(attempt(lambda: vault.copy(begun, [bytes(50_000)])))


def on_a_protected_key(folder: Path, entry_id: str) -> None:
    """Use a vault on a medium that is mounted read-only."""
    _mount("--bind", str(folder), str(folder))
    _mount("-o", "remount,bind,ro", str(folder))
    vault = vault_in(folder)
    entry = vault.entry(entry_id)
    say([found == entry for found in vault.entries()])
    say(held_by(vault, entry) == b"bad")
    say(attempt(lambda: vault.begin(fresh())))
    say(attempt(lambda: vault.update(entry, state=EntryState.DESTROYED)))
    say(attempt(lambda: vault_in(folder / "new").begin(fresh())))


def as_somebody_else(folder: Path, entry_id: str) -> None:
    """Use a vault that may not even be looked into."""
    vault = vault_in(folder)
    say(attempt(lambda: list(vault.entries())))
    say(attempt(lambda: vault.entry(entry_id)))
    say(attempt(lambda: vault.begin(fresh())))
    say(isinstance(vault.holds_device, int))
    say(attempt(lambda: vault_in(folder / "quarantine" / "inside").begin(fresh())))


def export_under_a_size_limit(folder: Path, entry_id: str) -> None:
    """Export more than the system lets a file grow."""
    vault = vault_in(folder)
    entry = vault.entry(entry_id)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    say(attempt(lambda: vault.export([entry], folder / "out.zip", "infected")))


def remove_guarded(folder: Path, entry_id: str) -> None:
    """Take an original away, guarded: says when it is inside, and goes on at a line of its input."""
    vault = vault_in(folder)
    entry = vault.entry(entry_id)
    say(entry.state)
    sys.stdin.readline()

    def remove() -> None:
        with vault.still_removing(entry):
            say("inside")
            sys.stdin.readline()
            (folder / "original").unlink()

    say(attempt(remove))
    say(attempt(lambda: vault.update(entry, state=EntryState.QUARANTINED)))


def update_some(folder: Path, ids: str) -> None:
    """Destroy what is still quarantined, beside whoever else does that; says how many this process won."""
    vault, won = vault_in(folder), 0
    for entry_id in ids.split(","):
        entry = vault.entry(entry_id)
        if entry.state is EntryState.QUARANTINED:
            code = attempt(partial(vault.update, entry, state=EntryState.DESTROYED))
            won += code == "ok"
            if code not in {"ok", "vault.changed"}:
                say(code)
    say(won)


ROLES = {
    role.__name__: role
    for role in (
        work_for_ever,
        whole_way,
        on_a_small_disk,
        under_a_size_limit,
        on_a_protected_key,
        as_somebody_else,
        export_under_a_size_limit,
        remove_guarded,
        update_some,
    )
}

if __name__ == "__main__":
    ROLES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
