"""Trees of files to scan: what a computer holds, many small files, archives; with one threat planted in each."""

from __future__ import annotations

import io
import os
import random
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

MIXED_BYTES = 2_000_000_000
SMALL_FILES = 100_000
ARCHIVES = 1000
_MEMBERS = 20


def mixed_tree(place: Path) -> Path:
    """Programs, libraries, texts and pictures of this system, linked (or copied): some 2 GB.

    Half of it may be Python's and the small directories of programs, the rest comes from /usr/lib.
    """
    total = 0
    roots = [
        Path(sys.prefix),
        Path(sys.base_prefix),
        *map(Path, ("/usr/bin", "/usr/libexec", "/usr/share", "/usr/lib")),
    ]
    for number, root in enumerate(roots):
        limit = MIXED_BYTES if number == len(roots) - 1 else MIXED_BYTES * (number + 1) // len(roots)
        for path in _files(root):
            if total >= limit:
                break
            target = place / f"{number}{root.name}" / path.relative_to(root)
            if (size := _placed(path, target)) is not None:
                total += size
    return place


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _placed(path: Path, target: Path) -> int | None:
    """Link or copy a file; returns its size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        try:
            shutil.copy(path, target)
        except OSError:
            return None
    return target.stat().st_size


def small_tree(place: Path) -> Path:
    """Many small text files: about 2.5 kB in the median, 2,000 directories."""
    chance = random.Random(7)
    words = [bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz \n", k=200)) for _ in range(500)]
    for number in range(SMALL_FILES):
        folder = place / f"{number // 2000:03d}" / f"{number // 50 % 40:02d}"
        if number % 50 == 0:
            folder.mkdir(parents=True)
        size = int(min(200_000, chance.lognormvariate(7.8, 1.1)))
        (folder / f"file-{number:06d}.txt").write_bytes(b"".join(chance.choices(words, k=size // 200 + 1))[:size])
    return place


def archive_tree(place: Path, sample: bytes) -> Path:
    """A thousand archives of some twenty small files each; `sample` is a member of the 500th, which is a zip."""
    chance = random.Random(8)
    members = [path for path in _files(Path(os.__file__).parent) if 500 < path.stat().st_size < 200_000]
    place.mkdir(parents=True)
    for number in range(ARCHIVES):
        chosen = [
            (f"{n:02d}-{path.name}", path.read_bytes()) for n, path in enumerate(chance.sample(members, _MEMBERS))
        ]
        if number == ARCHIVES // 2:
            chosen.append(("planted.com", sample))
        kind = ("zip", "zip", "zip", "zip", "zip", "gz", "gz", "gz", "bz2", "xz")[number % 10]
        content = _zip(chosen) if kind == "zip" else _tar(chosen, kind)
        if number % 100 == 99:
            content, kind = _zip([(f"inner.tar.{kind}", content)]), "zip"
        (place / f"{number:04d}.{kind if kind == 'zip' else 'tar.' + kind}").write_bytes(content)
    return place


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return stream.getvalue()


def _tar(members: list[tuple[str, bytes]], kind: str) -> bytes:
    with io.BytesIO() as stream:
        with tarfile.open(fileobj=stream, mode=f"w:{kind}") as archive:  # type: ignore[call-overload]
            for name, content in members:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return stream.getvalue()
