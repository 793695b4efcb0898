"""Small samples broken everywhere: whatever happens, the payload is found or an outcome says that it may not be."""

import random
from collections.abc import Callable, Iterator

from medscan_gui.core.words import READ_OUTCOMES
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import Look, Looked


def truncations(content: bytes) -> Iterator[bytes]:
    """Yield it cut at every byte."""
    return (content[:end] for end in range(1, len(content)))


def flips(content: bytes, seed: int, times: int) -> Iterator[bytes]:
    """Yield it with one to three bits turned, at places of a fixed seed."""
    chance = random.Random(seed)
    for _time in range(times):
        broken = bytearray(content)
        for _bit in range(chance.randint(1, 3)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        yield bytes(broken)


def is_honest(looked: Looked) -> bool:
    """The payload was found, or something is not called read."""
    outcomes = [looked.ending[0], *(ending[0] for ending in looked.troubles.values())]
    outcomes += [outcome for outcome, _cause in looked.counts]
    return bool(looked.found) or any(outcome not in READ_OUTCOMES for outcome in outcomes)


def dishonest(
    look: Look, broken: Iterator[bytes], kinds: set[FileType], ignore: Callable[[bytes], bool] = lambda _: False
) -> list[bytes]:
    """Return the broken contents (still of their kind) that were called read though the payload was not found."""
    return [
        content
        for content in broken
        if kinds & set(MemorySource(b"x", content).types) and not ignore(content) and not is_honest(look(content))
    ]


def silent_cuts(content: bytes, look: Callable[[bytes], Looked], *, step: int = 1, first: int = 1) -> list[int]:
    """Cut a content at every `step` bytes; returns the lengths at which the payload is missing and nobody says so."""
    silent = []
    for length in range(first, len(content), step):
        looked = look(content[:length])
        told = looked.ending[0] not in READ_OUTCOMES or any(
            outcome not in READ_OUTCOMES for outcome, *_ in looked.troubles.values()
        )
        if not looked.found and not told:
            silent.append(length)
    return silent


def flip(content: bytes, look: Callable[[bytes], Looked], *, rounds: int, seed: int = 6) -> None:
    """Alter a few bytes, `rounds` times: whatever comes of it, it ends."""
    chance = random.Random(seed)
    for _ in range(rounds):
        altered = bytearray(content)
        for _ in range(chance.choice((1, 2, 8))):
            altered[chance.randrange(len(altered))] = chance.randrange(256)
        look(bytes(altered))
