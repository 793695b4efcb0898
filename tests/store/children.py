"""Small programs that tests start, kill, or run where the operating system refuses something.

`python -m tests.store.children ROLE FOLDER [ARGUMENT]`; each prints what it saw, one JSON value per line.
"""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from medscan_gui.core.words import Light
from medscan_gui.store import entries
from medscan_gui.store.journal import Journal, JournalError
from medscan_gui.store.settings import Settings, SettingsError, SettingsStore
from medscan_gui.system.paths import find_paths
from tests.store.records import NOON, action, ended, finding, stub
from tests.store.records import begun as begun_action


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def attempt(work: Callable[[], object]) -> str:
    """The code of the JournalError that `work` raises, or "ok"."""
    try:
        work()
    except JournalError as error:
        return error.code.value
    return "ok"


def record_for_ever(folder: Path, name: str) -> None:
    """Scan after scan until killed; says what was begun and what was committed."""
    journal = Journal.open(folder, removable=True)
    journal.recover_cut_off(NOON)
    say("ready")
    for number in range(1_000_000):
        begun = stub(f"{name}-{number}", operator="o" * (number * 997 % 9_000))
        journal.begin_scan(begun)
        say(["begun", begun.id])
        journal.finish_scan(ended(begun, (finding(),) * (number % 40)))
        say(["committed", begun.id])


def create_for_ever(folder: Path, _argument: str) -> None:
    """Journal after journal until killed."""
    say("ready")
    for number in range(1_000_000):
        Journal.open(folder / str(number), removable=True).close()
        say(number)


def record_some(folder: Path, argument: str) -> None:
    """As many scans as said, beside whoever else does that; says how it went."""
    name, number = argument.split(":")
    journal = Journal.open(folder, removable=True, busy_seconds=60)
    for count in range(int(number)):
        begun = stub(f"{name}-{count}")
        journal.begin_scan(begun)
        journal.recover_cut_off(NOON)
        journal.finish_scan(ended(begun))
    journal.close()
    say("ok")


def begin(folder: Path, _argument: str) -> None:
    """Begin a scan, then live until the other side closes our input."""
    journal = Journal.open(folder, removable=True)
    journal.begin_scan(stub("living"))
    say("begun")
    sys.stdin.read()
    journal.close()


def begin_action_and_die(folder: Path, _argument: str) -> None:
    """Begin an action, and end as a program does that is killed."""
    journal = Journal.open(folder, removable=True)
    journal.begin_action(begun_action(action(1, wanted=2)))
    say("begun")
    os._exit(0)  # nothing is closed or released


def die_in_a_write(folder: Path, _argument: str) -> None:
    """Be killed in the middle of a transaction whose pages are partly in the file: a hot rollback journal stays."""
    journal = Journal.open(folder, removable=True)
    with journal._database.writing() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = 2")
        for _ in range(50):
            entries.append(connection, "note", os.urandom(9_000).hex().encode(), NOON)
        os.kill(os.getpid(), signal.SIGKILL)


def hold_the_lock(folder: Path, _argument: str) -> None:
    """Keep a write transaction open until the other side closes our input."""
    journal = Journal.open(folder, removable=True)
    with journal._database.writing():
        say("held")
        sys.stdin.read()
    journal.close()


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, stdout=subprocess.DEVNULL)


def on_a_small_disk(folder: Path, _argument: str) -> None:
    """Record on a disk of 512 kB until it is full, then make room. Needs a mount namespace of its own."""
    _mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder))
    _record_until_refused(folder)
    ballast = folder / "ballast"
    ballast.unlink()
    journal = Journal.open(folder, removable=True)
    say({"cut_off": len(journal.recover_cut_off(NOON)), "report": journal.verify().ok})
    begun = stub("after")
    say(attempt(lambda: journal.finish_scan(ended(begun))))
    say(journal.verify().ok)
    journal.close()


def _record_until_refused(folder: Path) -> None:
    journal = Journal.open(folder, removable=True)
    (folder / "ballast").write_bytes(bytes(60_000))
    done = 0
    while True:
        begun = stub(done, operator="x" * 3_000)
        code = attempt(partial(journal.begin_scan, begun))
        if code == "ok":
            code = attempt(partial(journal.finish_scan, ended(begun)))
        if code != "ok":
            break
        done += 1
    readable = len(journal.scans(light=Light.BLUE))
    say({"code": code, "done": done, "readable": readable, "ok": journal.verify().ok})
    journal.close()


def under_a_size_limit(folder: Path, _argument: str) -> None:
    """Record until the system refuses to let the file grow."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    journal = Journal.open(folder, removable=True)
    code, done = "ok", 0
    while code == "ok":
        code = attempt(partial(journal.finish_scan, ended(stub(done, operator="x" * 3_000))))
        done += code == "ok"
    say({"code": code, "done": done, "listed": len(journal.scans()), "ok": journal.verify().ok})
    journal.close()


def save_under_a_size_limit(folder: Path, _argument: str) -> None:
    """Save settings where the system lets no file grow over ten bytes."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
    settings = SettingsStore(dataclasses.replace(find_paths(folder), policy_file=folder / "none"))
    try:
        settings.save(Settings(hospital_name="x" * 150))
    except SettingsError as error:
        say(error.message.code)


def on_a_protected_key(folder: Path, argument: str) -> None:
    """Open the journal on a medium that is mounted read-only."""
    _mount("--bind", str(folder), str(folder))
    _mount("-o", "remount,bind,ro", str(folder))
    if argument == "fresh":
        say(attempt(lambda: Journal.open(folder / "new", removable=True)))
        return
    if argument == "hot":
        say(attempt(lambda: Journal.open(folder, removable=True)))
        return
    journal = Journal.open(folder, removable=True)
    problem = journal.problem.code if journal.problem else ""
    say({"read_only": journal.read_only, "problem": problem, "scans": len(journal.scans()), "ok": journal.verify().ok})
    say(attempt(lambda: journal.begin_scan(stub("new"))))
    say(journal.recover_cut_off(NOON))
    journal.close()


ROLES = {
    role.__name__: role
    for role in (
        record_for_ever,
        create_for_ever,
        record_some,
        begin,
        begin_action_and_die,
        die_in_a_write,
        hold_the_lock,
        on_a_small_disk,
        under_a_size_limit,
        save_under_a_size_limit,
        on_a_protected_key,
    )
}

if __name__ == "__main__":
    ROLES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
