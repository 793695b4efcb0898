"""A process of its own that uses `system.originals` or `system.holders`, and says in JSON what came of it."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.originals import OriginalError, open_original, restore


def try_remove(root: str, path: str) -> object:
    """Say what stands in the way, and what came of trying all the same."""
    with open_original((os.fsencode(root),), os.fsencode(path)) as original:
        obstacle = original.obstacle()
        for _chunk in original.read():
            pass
        try:
            original.remove("e1")
        except OriginalError as error:
            return [obstacle and obstacle.code, error.message.code, error.place]
    return [obstacle and obstacle.code, "", "removed"]


def wait_in_guard(root: str, path: str, entry: str) -> object:
    """Wait for ever in the instant before the removal; to be killed there."""

    @contextmanager
    def waiting() -> Iterator[None]:
        sys.stdout.write("inside\n")
        sys.stdout.flush()
        sys.stdin.read()
        yield

    with open_original((os.fsencode(root),), os.fsencode(path)) as original:
        for _chunk in original.read():
            pass
        original.remove(entry, guard=waiting())
    return "removed"


def remove_all(root: str, copies: str) -> object:
    """Copy and remove file after file; to be killed meanwhile."""
    names = sorted(os.listdir(root))
    for name in names:
        path = os.path.join(root, name)
        with open_original((os.fsencode(root),), os.fsencode(path)) as original:
            with open(os.path.join(copies, name), "wb") as copy:
                copy.writelines(original.read())
            original.remove(f"e{name}")
        sys.stdout.write("\n")
        sys.stdout.flush()
    return len(names)


def restore_all(root: str, copies: str) -> object:
    """Put file after file back; to be killed meanwhile."""
    names = sorted(os.listdir(copies))
    for name in names:
        with open_original((os.fsencode(copies),), os.fsencode(os.path.join(copies, name))) as copy:
            content = list(copy.read())
            restore(os.fsencode(os.path.join(root, name)), copy.facts, content, f"e{name}")
        sys.stdout.write("\n")
        sys.stdout.flush()
    return len(names)


def restore_foreign(path: str, digest: str) -> object:
    """Restore a file of another owner, with a right that must not become ours."""
    facts = FileFacts(
        path=os.fsencode(path), size=3, sha256=digest, uid=4711, gid=4712, mode=0o6755, extents=((0, 3),),
        modified_ns=1_500_000_000_000_000_000, accessed_ns=1_500_000_000_000_000_000,
    )  # fmt: skip
    return [message.code for message in restore(facts.path, facts, [b"abc"], "e1")]


def holders(*paths: str) -> object:
    """Say who holds the files; a child of this process holds them as well, and must not be named."""
    import subprocess

    from medscan_gui.system.holders import HeldFiles

    code = "import sys\nopened = [open(path, 'rb') for path in sys.argv[1:]]\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        held = HeldFiles()
        with open(paths[0], "rb"):
            held.refresh()
        found = []
        for path in paths:
            status = os.stat(path)
            by_identity = held.holders((status.st_dev, status.st_ino))
            found.append([[holder.pid, holder.name] for holder in by_identity])
        child.communicate()
    return found


ROLES: dict[str, Callable[..., object]] = {
    role.__name__: role for role in (try_remove, wait_in_guard, remove_all, restore_all, restore_foreign, holders)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(ROLES[sys.argv[1]](*sys.argv[2:])) + "\n")
