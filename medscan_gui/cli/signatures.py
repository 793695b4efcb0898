"""`medscan signatures pack`: lists of digests become a packed table for a bundle."""

import argparse
import sys
from pathlib import Path

from medscan_gui.cli import exit_codes
from medscan_gui.cli.output import say
from medscan_gui.core.hash_pack import ListError, Packer
from medscan_gui.core.hash_table import HashFile
from medscan_gui.core.names import shown
from medscan_gui.core.text import _, ngettext_
from medscan_gui.export.saving import write_whole
from medscan_gui.system.paths import Paths

#: More in one line is no list of digests.
_LINE_BYTES = 4096


def signatures_command(options: argparse.Namespace, _paths: Paths) -> int:
    """Pack lists and return the exit code."""
    output: Path = options.output
    if output.exists() and not options.force:
        return _fail(_("{file} exists already. Use --force to replace it.").format(file=shown(str(output))))
    packer = Packer(author=options.author, allow=options.allow)
    for path in options.lists:
        try:
            with path.open("rb") as stream:
                packer.add_lines(iter(lambda: stream.readline(_LINE_BYTES), b""))
        except ListError as error:
            words = _("{file}, line {line}: not a digest as it stands in a list ({detail}). Nothing was written.")
            return _fail(words.format(file=shown(str(path)), line=error.line, detail=error.reason))
        except OSError as error:
            return _fail(_("{file} cannot be read: {reason}").format(file=shown(str(path)), reason=error.strerror))
    return _write(packer, output)


def _write(packer: Packer, output: Path) -> int:
    """Write the table once it is proven to be one. Raises MedScanError."""
    try:
        content = packer.pack()
    except ListError:
        return _fail(_("There is no digest in these lists. Nothing was written."))
    table = HashFile(content)
    table.check_order()
    write_whole(output, content)
    words = ngettext_("{file}: {count} digest", "{file}: {count} digests", table.count)
    say(words.format(file=shown(str(output)), count=table.count))
    return 0


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return exit_codes.USAGE
