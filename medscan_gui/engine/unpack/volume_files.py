"""Files of a volume inside an image, read where they lie by The Sleuth Kit (pytsk3), without a copy of the volume.

For exFAT, which 7-Zip does not read, and for volumes so large that a copy of them would only fill the scratch folder.
Only files that exist: what was deleted is nobody's content any more. Alternate streams of NTFS are contents too.
"""

from collections.abc import Iterator
from typing import Any

from medscan_gui.engine.unpack.base import Member, UnpackError, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.source import Source

#: Folders within folders; links of directories are followed once each, so that a loop ends by itself.
_DEEPEST = 256
_PART = 1 << 20
_OWN_NAMES = frozenset({b".", b"..", b"$OrphanFiles"})
#: Attributes that are contents: resident and other data of NTFS, and what the other file systems call theirs.
_NTFS_DATA = 128
#: Numbers of two files of NTFS that are no contents: its boot sectors, which by themselves are a volume cut short, and
#: the bad clusters, a stream as large as the volume.
_NO_CONTENTS = frozenset({7, 8})


def volume_members(source: Source, unpacking: Unpacking, offset: int = 0, prefix: bytes = b"") -> Iterator[Member]:
    """Give the files of the volume that begins at `offset`, their paths behind `prefix`. Raises UnpackError."""
    volume = _open(source, offset)
    if volume is None:
        raise damaged("not readable as a volume")
    yield from _Walk(volume, unpacking, prefix).members()


def readable(source: Source, offset: int) -> bool:
    """Say whether there is a volume at `offset` whose files can be read."""
    return _open(source, offset) is not None


def _open(source: Source, offset: int) -> Any:  # pytsk3 has no types
    import pytsk3  # type: ignore[import-not-found]  # compiled, without types

    class Image(pytsk3.Img_Info):  # type: ignore[misc]  # pytsk3 has no types
        """A source as The Sleuth Kit reads disks."""

        def __init__(self) -> None:
            super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

        def close(self) -> None:
            """Nothing to let go of: the source is its owner's."""

        def read(self, place: int, size: int) -> bytes:
            return source.read_at(place, size)

        def get_size(self) -> int:
            return source.size

    try:
        return pytsk3.FS_Info(Image(), offset=offset)
    except OSError:
        return None  # whatever it was: it says so in words only


class _Walk:
    """One walk through a volume."""

    def __init__(self, volume: Any, unpacking: Unpacking, prefix: bytes) -> None:
        import pytsk3

        self._words = pytsk3
        self._volume = volume
        self._is_ntfs = bool(int(volume.info.ftype) & int(pytsk3.TSK_FS_TYPE_NTFS))
        self._budget = unpacking.budget
        self._prefix = prefix
        self._problem: UnpackError | None = None
        self._seen: set[int] = set()

    def members(self) -> Iterator[Member]:
        folders: list[tuple[int, bytes, int]] = []
        self._descend(folders, int(self._volume.info.root_inum), self._prefix, 0)
        while folders:
            number, path, depth = folders.pop()
            for entry in self._entries(number):
                name = path + bytes(entry.info.name.name)
                if entry.info.meta is None:
                    self._problem = damaged("an entry without a file")
                elif entry.info.meta.type == self._words.TSK_FS_META_TYPE_DIR:
                    self._descend(folders, int(entry.info.meta.addr), name + b"/", depth)
                elif self._exists(entry):
                    yield from self._contents(entry, name)
        if self._problem is not None:
            raise self._problem
        if int(self._volume.info.last_block_act) < int(self._volume.info.last_block):
            raise cut_short("the volume goes on beyond the end")

    def _descend(self, folders: list[tuple[int, bytes, int]], number: int, path: bytes, depth: int) -> None:
        if depth >= _DEEPEST:
            self._problem = damaged("folders too deep")
        elif number not in self._seen:
            self._seen.add(number)
            folders.append((number, path, depth + 1))

    def _entries(self, number: int) -> Iterator[Any]:
        try:
            folder = self._volume.open_dir(inode=number)
            for entry in folder:
                self._budget.check()
                if self._is_named(entry):
                    yield entry
        except OSError:
            self._problem = damaged("a folder that cannot be read")

    def _is_named(self, entry: Any) -> bool:
        name = entry.info.name
        if name is None or bytes(name.name) in _OWN_NAMES:
            return False
        return bool(int(name.flags) & int(self._words.TSK_FS_NAME_FLAG_ALLOC))

    def _exists(self, entry: Any) -> bool:
        kind, flags = entry.info.meta.type, int(entry.info.meta.flags)
        return kind == self._words.TSK_FS_META_TYPE_REG and bool(flags & int(self._words.TSK_FS_META_FLAG_ALLOC))

    def _contents(self, entry: Any, name: bytes) -> Iterator[Member]:
        if self._is_ntfs and int(entry.info.meta.addr) in _NO_CONTENTS:
            return
        streams = self._streams(entry)
        yield Member(name, self._chunks(entry, int(entry.info.meta.size)), size=int(entry.info.meta.size))
        for stream, number, size in streams:
            yield Member(name + b":" + stream, self._chunks(entry, size, number), size=size)

    def _streams(self, entry: Any) -> list[tuple[bytes, int, int]]:
        """Name, number and size of the alternate streams of a file."""
        if not self._is_ntfs:
            return []
        found = [one.info for one in entry if int(one.info.type) == _NTFS_DATA and one.info.name]
        return [(bytes(one.name), int(one.id), int(one.size)) for one in found]

    def _chunks(self, entry: Any, size: int, stream: int | None = None) -> Iterator[bytes]:
        place = 0
        while place < size:
            self._budget.check()
            wanted = min(_PART, size - place)
            try:
                if stream is None:
                    part = entry.read_random(place, wanted)
                else:
                    part = entry.read_random(place, wanted, self._words.TSK_FS_ATTR_TYPE_NTFS_DATA, stream)
            except OSError as error:
                raise damaged("cannot be read from the volume") from error
            if not part:
                raise cut_short("shorter than its size")
            yield part
            place += len(part)
