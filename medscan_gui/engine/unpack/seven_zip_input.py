"""How a content is handed to a child process that wants a path. Nothing is ever copied beside what is scanned.

On Linux by the name of an open descriptor. Opening that name again would move the access time of a file of the target,
which MedScan itself avoids with O_NOATIME: such a file is handed over as a copy. Copies lie in memory as long as the
budget has room, and in the scratch folder after that.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from medscan_gui.core.names import path_of
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import UnpackError, Unpacking
from medscan_gui.engine.unpack.source import Source


@dataclass(frozen=True, slots=True)
class Handed:
    """A content as a child process finds it: a path, and the descriptors that the child has to inherit for it."""

    path: str
    descriptors: tuple[int, ...] = ()


@contextmanager
def handed(source: Source, unpacking: Unpacking) -> Iterator[Handed]:
    """Hand a content over for as long as the context lasts. Raises UnpackError if there is no room for a copy."""
    if sys.platform == "linux":
        with source.descriptor() as descriptor:
            if descriptor is not None and _may_be_reopened(descriptor):
                yield _by_descriptor(descriptor)
                return
        if source.size <= unpacking.limits.member_in_memory and unpacking.budget.take_memory(source.size):
            try:
                with _in_memory(source, unpacking) as copy:
                    yield copy
            finally:
                unpacking.budget.give_memory(source.size)
            return
    with _in_scratch(source, unpacking) as copy:
        yield copy


def _by_descriptor(descriptor: int) -> Handed:
    return Handed(f"/proc/self/fd/{descriptor}", (descriptor,))


def _may_be_reopened(descriptor: int) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    return not fcntl.fcntl(descriptor, fcntl.F_GETFL) & getattr(os, "O_NOATIME", 0)


@contextmanager
def _in_memory(source: Source, unpacking: Unpacking) -> Iterator[Handed]:
    if sys.platform != "linux":
        raise NotImplementedError
    descriptor = os.memfd_create("medscan-member", os.MFD_CLOEXEC)
    try:
        _copy(source, descriptor, unpacking)
        yield _by_descriptor(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _in_scratch(source: Source, unpacking: Unpacking) -> Iterator[Handed]:
    """Copy into the scratch folder. The file has no name, whatever ends us; on Windows one, as long as this lasts."""
    if not unpacking.scratch:
        raise UnpackError(Outcome.LIMIT_REACHED, Cause.MEMORY, "no scratch folder")
    try:
        descriptor, path = tempfile.mkstemp(dir=path_of(unpacking.scratch), prefix="handed-")
    except OSError as error:
        raise _no_room(error) from error
    held = _nameless if sys.platform == "linux" else _named
    with held(source, unpacking, descriptor, path) as copy:
        yield copy


@contextmanager
def _nameless(source: Source, unpacking: Unpacking, descriptor: int, path: str) -> Iterator[Handed]:
    try:
        os.unlink(path)  # noqa: PTH108  # raw name
        _copy(source, descriptor, unpacking)
        yield _by_descriptor(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _named(source: Source, unpacking: Unpacking, descriptor: int, path: str) -> Iterator[Handed]:
    try:
        try:
            _copy(source, descriptor, unpacking)
        finally:
            os.close(descriptor)
        yield Handed(os.fsdecode(path))
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108  # raw name


def _copy(source: Source, descriptor: int, unpacking: Unpacking) -> None:
    for part in source.chunks():
        unpacking.budget.check()
        view = memoryview(part)
        while view:
            try:
                view = view[os.write(descriptor, view) :]
            except OSError as error:
                raise _no_room(error) from error


def _no_room(error: OSError) -> UnpackError:
    return UnpackError(Outcome.LIMIT_REACHED, Cause.MEMORY, f"no room for a copy: {type(error).__name__}")
