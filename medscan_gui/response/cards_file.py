"""A file of policy cards, whichever of the two kinds it is."""

from pathlib import Path

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.response import cards_csv, cards_toml
from medscan_gui.response.cards import CardLine


def read_file(file: Path) -> tuple[CardLine, ...]:
    """Return what a file of cards says, by the ending of its name. Raises CardsFileError, MedScanError."""
    is_toml = file.suffix.lower() == ".toml"
    bound = cards_toml.MAX_BYTES if is_toml else cards_csv.MAX_BYTES
    try:
        with file.open("rb") as stream:
            data = stream.read(bound + 1)
    except (OSError, ValueError) as error:
        detail = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise MedScanError(Message.of("cards.not_read", file=shown(str(file), 300), detail=detail)) from error
    return (cards_toml.read_toml(data),) if is_toml else cards_csv.read_csv(data)
