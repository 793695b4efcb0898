"""Give a file another name in its folder without ever overwriting what has that name (POSIX)."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform != "win32"  # noqa: S101

import ctypes
import errno
import os
from collections.abc import Callable

#: RENAME_NOREPLACE (linux/fs.h).
_NO_REPLACE = 1
#: What a file system answers that does not know the flag, or no links.
_REFUSED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
_NO_LINKS = _REFUSED | {errno.EPERM, errno.EACCES, errno.EMLINK}


def _libc_call() -> Callable[[int, bytes, int, bytes, int], int] | None:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    call.restype = ctypes.c_int
    return call  # type: ignore[no-any-return]  # getattr knows no type


_renameat2 = _libc_call()


def take_name(folder: int, old: bytes, new: bytes) -> None:
    """Rename `old` to `new` in an open folder. Raises FileExistsError if `new` is taken, OSError."""
    if _renameat2 is None:
        take_name_without_flag(folder, old, new)
        return
    if _renameat2(folder, old, folder, new, _NO_REPLACE) == 0:
        return
    code = ctypes.get_errno()
    if code not in _REFUSED:
        raise OSError(code, os.strerror(code))
    take_name_without_flag(folder, old, new)


def take_name_without_flag(folder: int, old: bytes, new: bytes) -> None:
    """Do the same on a file system that cannot promise it in one step. Raises as `take_name`."""
    try:
        os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim_and_rename(folder, old, new)
        return
    try:
        os.unlink(old, dir_fd=folder)
    except OSError:
        os.unlink(new, dir_fd=folder)
        raise


def _claim_and_rename(folder: int, old: bytes, new: bytes) -> None:
    # Whoever makes an empty file of that name owns the name; what is overwritten then is that empty file.
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder))
    try:
        os.rename(old, new, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(new, dir_fd=folder)
        raise
