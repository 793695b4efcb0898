"""Takes the pictures of README: the real window, real scans, a real clean-up, a real journal.

    DISPLAY=:0 .venv/bin/python docs/screenshots/take.py [FOLDER] [--all] [--sticks FOLDER] [--only fr|en]

With --all also large and dark ones, more views and the reports, for a critical eye; README shows the others. Needs
a display (Xvfb will do) of at least 1920x1080, and for --all pdftoppm. What is scanned is made here, in folders
that stand in for USB sticks: harmless files, and the standard anti-virus test file for RED. They are made in
--sticks (/dev/shm), which must be on another volume than the temporary folder: a quarantine never lies on what is
cleaned.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from job import large_clean_up, whole_job  # noqa: E402
from locked import depth, locked_files  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from studio import Studio, until  # noqa: E402

from medscan_gui.core.words import Light  # noqa: E402
from medscan_gui.gui.theme import theme  # noqa: E402
from tests.samples import eicar, fill  # noqa: E402

#: Where the test file lies on the sticks that are not clean.
INFECTED = ("setup.exe", "EXPORT/autorun.exe", "0001/invoice.pdf.exe")


def infect(stick: Path, places: tuple[str, ...] = INFECTED) -> None:
    """Put the test file there."""
    for place in places:
        file = stick / place
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(eicar())
        os.utime(file, ns=(1_700_000_000_000_000_000, 1_700_000_000_123_456_789))


@contextmanager
def folders(sticks: Path, everything: bool) -> Iterator[tuple[Path, Path]]:
    """Yield a folder for journals and one of sticks: clean, with the test file, large."""
    data = Path(tempfile.mkdtemp(prefix="medscan-"))
    made = [sticks / name for name in ("ECHO-EXPORT", "VISITOR", "STICK-7", "ARCHIVE", "OLD-DISK", "PARTNER")]
    echo, visitor, stick, archive, old, partner = made
    for folder in made:
        folder.mkdir()  # never a folder that somebody has there already
    try:
        fill(echo, 900)
        fill(visitor, 400)
        infect(visitor)
        fill(stick, 400)
        infect(stick)
        fill(archive, 160_000)
        fill(partner, 40)
        shutil.copy(ROOT / "tests/formats/zip-aes256.zip", partner / "images.zip")
        if everything:
            fill(old, 200)
            infect(old, tuple(f"0000/copy-{number}.exe" for number in range(3000)))
        yield data, sticks
    finally:
        for folder in (data, *made):
            shutil.rmtree(folder, ignore_errors=True)


def take(studio: Studio, language: str, sticks: Path) -> None:
    """Take all pictures of one language."""
    for device, light in ((1, Light.BLUE), (2, Light.BLUE), (3, Light.RED)):
        studio.choose("VISITOR" if light is Light.RED else "ECHO-EXPORT", device)
        studio.scan()
        studio.wait_for(light)
        studio.again()
    studio.choose("ECHO-EXPORT", 0)
    QTest.qWait(200)
    studio.page.buttons.scan.setFocus()
    studio.picture("idle")
    studio.scan()
    studio.wait_for(Light.BLUE)
    studio.picture("blue")
    studio.again()
    studio.choose("ARCHIVE", 1)
    studio.scan()
    until(lambda: studio.page.running.bar.value() > 250)
    studio.picture("scanning")
    QTest.keyClick(studio.window, Qt.Key.Key_Escape)  # to the button Cancel
    QTest.keyClick(studio.window, Qt.Key.Key_Escape)
    studio.wait_for(Light.AMBER)
    studio.picture("amber")
    studio.again()
    studio.choose("VISITOR", 2)
    studio.scan()
    studio.wait_for(Light.RED)
    studio.picture("red")
    # "About" names the computer's own system: not for README.
    for name in ("journal", "settings", "help", *(("about",) if studio.everything else ())):
        studio.window.show_page(name)
        QTest.qWait(600)
        studio.picture(name)
    studio.window.show_page("scan")
    studio.again()
    locked_files(studio)
    depth(studio)
    clean_up(studio, language, sticks)


def clean_up(studio: Studio, language: str, sticks: Path) -> None:
    """Take the pictures of the clean-up, from RED to GREEN and back."""
    if studio.everything:
        studio.window.show_page("quarantine")
        QTest.qWait(600)
        studio.picture("quarantine-empty")
        studio.window.show_page("scan")
    whole_job(studio, language, sticks / "STICK-7")
    studio.window.show_page("scan")
    studio.again()
    if studio.everything:
        large_clean_up(studio, sticks / "OLD-DISK")


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sticks", type=Path, default=Path("/dev/shm"))
    parser.add_argument("--only", choices=("fr", "en"))
    parser.add_argument("--clean-up", action="store_true", help="the pictures of the clean-up alone")
    return parser.parse_args()


def main() -> int:
    """Take the pictures of both languages."""
    asked = arguments()
    if not os.environ.get("DISPLAY") and sys.platform != "win32":
        print("needs a display: xvfb-run -s '-screen 0 1920x1080x24' python docs/screenshots/take.py")
        return 69
    asked.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("MedScan")
    theme().install(ROOT / "resources")
    for language in (asked.only,) if asked.only else ("fr", "en"):
        with folders(asked.sticks, asked.all) as (data, sticks):
            studio = Studio(data, sticks, language, asked.folder, everything=asked.all)
            try:
                (clean_up if asked.clean_up else take)(studio, language, sticks)
            finally:
                studio.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
