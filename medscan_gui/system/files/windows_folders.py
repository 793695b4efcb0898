r"""Where a file lies below a target, no link followed on the way (Windows).

A folder in which a file is open cannot be renamed or exchanged, so it is enough to ask where an opened file
really lies and to compare that with where it was said to lie.
"""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from medscan_gui.core.names import path_of
from medscan_gui.system.files import windows_api as api
from medscan_gui.system.files.problems import OriginalError, Place, problem_of

_FORBIDDEN = frozenset({"", ".", ".."})


def expected_place(roots: tuple[bytes, ...], path: bytes) -> str:
    """Return the final path that the file at `path` must have. Raises OriginalError (files.other_place, …)."""
    text = _text_of(path)
    failure: OSError | None = None
    for root in sorted(map(_text_of, roots), key=len, reverse=True):
        if text == root:  # a target that is this one file; its folder is the operator's choice
            folder, _, name = text.rpartition("\\")
            root, parts = folder + "\\", [name]  # noqa: PLW2901
        else:
            parts = _parts_below(root, text)
        try:
            real = _real_folder(root)
        except OSError as error:
            failure = error if parts else failure
            continue
        if parts := parts or _parts_below(_without_prefix(real), text):
            return "\\".join([real.rstrip("\\"), *parts])
    if failure is not None:
        raise problem_of(failure, Place.UNREACHABLE) from failure
    raise OriginalError("files.other_place")


def _text_of(path: bytes) -> str:
    # The system's calls would take what is before a NUL for the whole; other systems have names that are no text.
    with suppress(UnicodeDecodeError):
        if b"\0" not in path:
            return path_of(path)
    raise OriginalError("files.other_place")


def _parts_below(root: str, path: str) -> list[str]:
    start = root.rstrip("\\") + "\\"
    if not path.startswith(start):
        return []
    parts = path[len(start) :].split("\\")
    # A colon would name a stream, or a drive.
    return [] if any(part in _FORBIDDEN or ":" in part or "/" in part for part in parts) else parts


def _without_prefix(path: str) -> str:
    if path.startswith("\\\\?\\UNC\\"):
        return "\\" + path[7:]
    return path[4:] if path[5:6] == ":" else path


def _real_folder(path: str) -> str:
    """Return where a folder really lies, its links followed. Raises OSError."""
    place = api.system_path(path.encode("utf-8", "surrogatepass"))
    with api.opened(place, api.READ_ATTRIBUTES, api.SHARE_ALL, api.FOLDERS_TOO) as handle:
        return api.final_path(handle)


def refuse_other_place(handle: int, expected: str) -> None:
    """Raise OriginalError (files.is_link) if an open file lies elsewhere than its path said."""
    if api.final_path(handle).casefold() != expected.casefold():
        raise OriginalError("files.is_link", Place.OTHER)


@contextmanager
def held_folder(path: bytes, roots: tuple[bytes, ...]) -> Iterator[int]:
    """Open the folder of `path`, so that it stays where it is for as long as that is needed.

    With `roots`, no link is followed below them. Raises OriginalError (files.no_folder, …).
    """
    expected = expected_place(roots, path).rpartition("\\")[0] if roots else ""
    folder, _, name = _text_of(path).rpartition("\\")
    if not folder or name in _FORBIDDEN or ":" in name or "/" in name:
        raise OriginalError("files.other_place")
    place = api.system_path((folder + "\\").encode("utf-8", "surrogatepass"))
    try:
        handle = api.open_handle(place, api.READ_ATTRIBUTES | 0x1, api.SHARE_READ | api.SHARE_WRITE, api.FOLDERS_TOO)
    except OSError as error:
        problem = problem_of(error)
        raise (OriginalError("files.no_folder") if problem.place is Place.GONE else problem) from error
    try:
        if roots and api.final_path(handle).rstrip("\\").casefold() != expected.casefold():
            raise OriginalError("files.is_link", Place.OTHER)
        yield handle
    finally:
        api.close(handle)


def exists(path: str) -> bool:
    """Say whether a name is taken, links not followed. Raises OSError."""
    with suppress(FileNotFoundError):
        api.close(
            api.open_handle(
                path, api.READ_ATTRIBUTES, api.SHARE_ALL, api.FOLDERS_TOO | api.REPARSE_POINT_ITSELF | api.NO_RECALL
            )
        )
        return True
    return False
