"""Files as mappings that never fill the memory. Whoever reads one outside of libyara must own the file: a page that
cannot be had ends the process.
"""

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from medscan_gui.engine import limits


@contextmanager
def mapped(descriptor: int, size: int) -> Iterator[mmap.mmap]:
    """Give a file of `size` bytes as a mapping; a large one gives its pages back while it is in use."""
    if hasattr(mmap, "MAP_PRIVATE"):  # private: also works where a file system allows no shared mapping
        content = mmap.mmap(descriptor, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        content.madvise(mmap.MADV_SEQUENTIAL)
    else:
        content = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    with content:
        if size <= limits.RELEASE_ABOVE or not hasattr(mmap, "MADV_DONTNEED"):
            yield content
            return
        ended = threading.Event()
        releaser = threading.Thread(target=_release_pages, args=(content, ended), name="release pages")
        releaser.start()
        try:
            yield content
        finally:
            ended.set()
            releaser.join()


def _release_pages(content: mmap.mmap, ended: threading.Event) -> None:
    while not ended.wait(limits.RELEASE_EVERY):
        content.madvise(mmap.MADV_DONTNEED)
