"""The grammar of `medscan signatures`. Nothing heavy is imported here."""

import argparse
from pathlib import Path
from typing import Any

from medscan_gui.cli.cards_parser import AddCommon
from medscan_gui.core.text import _


def add_signatures_parser(commands: Any, add_common: AddCommon) -> None:
    """Add `signatures` and its actions to the sub-parsers of the command line."""
    signatures = commands.add_parser("signatures", help=_("make signatures out of lists"))
    add_common(signatures, top=False)
    actions = signatures.add_subparsers(
        dest="action", required=True, metavar=_("ACTION"), parser_class=type(signatures)
    )
    pack = actions.add_parser(
        "pack", help=_("pack lists of digests (ClamAV’s hdb, hsb, mdb, msb, or plain) into a table")
    )
    pack.add_argument("lists", type=_path, nargs="+", metavar=_("LIST"), help=_("text file with digests"))
    pack.add_argument("-o", "--output", type=_table, required=True, metavar=_("FILE.hashes"), help=_("table to write"))
    pack.add_argument(
        "--author", default="", metavar=_("TEXT"), help=_("who made the lists, and their licence: told with findings")
    )
    pack.add_argument(
        "--allow", action="store_true", help=_("the lists are of harmless files (SHA-256 only): findings are accepted")
    )
    pack.add_argument("--force", action="store_true", help=_("replace the file if it exists"))
    add_common(pack, top=False)


def _path(value: str) -> Path:
    if not value:
        raise argparse.ArgumentTypeError(_("must not be empty"))
    return Path(value)


def _table(value: str) -> Path:
    if not value.endswith(".hashes"):
        raise argparse.ArgumentTypeError(_("must end in .hashes"))
    return Path(value)
