"""The grammar of `medscan cards`. Nothing heavy is imported here."""

import argparse
from pathlib import Path
from typing import Any, Protocol

from medscan_gui.core.text import _


class AddCommon(Protocol):
    """Adds the options that every command has."""

    def __call__(self, parser: argparse.ArgumentParser, *, top: bool) -> None:
        """Add them; `top` for the program's own parser."""


def add_cards_parser(commands: Any, add_common: AddCommon) -> None:
    """Add `cards` and its actions to the sub-parsers of the command line."""
    cards = commands.add_parser("cards", help=_("list, show, import or export the policy cards of devices"))
    add_common(cards, top=False)
    actions = cards.add_subparsers(dest="action", required=True, metavar=_("ACTION"), parser_class=type(cards))
    listing = actions.add_parser("list", help=_("list the cards of models and devices"))
    listing.add_argument("--json", action="store_true", help=_("print JSON lines"))

    show = actions.add_parser("show", help=_("print the card that a device follows, as TOML"))
    whose = show.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "device", nargs="?", metavar=_("DEVICE"), help=_("asset number, serial number, name or identifier")
    )
    whose.add_argument("--model", nargs=2, metavar=(_("MAKE"), _("MODEL")), help=_("the card of a model"))

    importing = actions.add_parser("import", help=_("import cards from a table (CSV) or one card (TOML)"))
    importing.add_argument("file", type=_path, metavar=_("FILE"), help=_("file that ends in .csv or .toml"))
    importing.add_argument("--dry-run", action="store_true", help=_("only say what would change"))
    importing.add_argument("--operator", default="", metavar=_("NAME"), help=_("who imports"))

    exporting = actions.add_parser("export", help=_("write all cards to a table (CSV)"))
    exporting.add_argument("file", type=_path, metavar=_("FILE.csv"), help=_("file to write"))
    exporting.add_argument(
        "--devices", action="store_true", help=_("also one line for each device without a card, to be filled in")
    )
    template = actions.add_parser("template", help=_("write an empty card (TOML) that explains every field"))
    template.add_argument("file", type=_path, metavar=_("FILE.toml"), help=_("file to write"))
    for writing in (exporting, template):
        writing.add_argument("--force", action="store_true", help=_("replace the file if it exists"))
    for action in (listing, show, importing, exporting, template):
        add_common(action, top=False)


def _path(value: str) -> Path:
    if not value:
        raise argparse.ArgumentTypeError(_("must not be empty"))
    return Path(value)
