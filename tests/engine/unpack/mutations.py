"""What becomes of a sample that is cut or altered: never an exception, never silence."""

import random
from collections.abc import Callable

from medscan_gui.core.words import READ_OUTCOMES
from tests.engine.unpack.conftest import Looked


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
