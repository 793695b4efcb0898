"""Takes the pictures of README: the real window, real scans, a real journal.

    DISPLAY=:0 .venv/bin/python docs/screenshots/take.py [FOLDER] [--all]

With --all also large and dark ones, for a critical eye; README shows the others. Needs a display (Xvfb will do)
of at least 1920x1080. What is scanned is made here, in a temporary folder that stands in for a USB stick:
harmless files, and the standard anti-virus test file for RED.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QElapsedTimer, QEvent, Qt  # noqa: E402
from PySide6.QtGui import QKeyEvent  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from medscan_gui.core import text  # noqa: E402
from medscan_gui.core.device import Target  # noqa: E402
from medscan_gui.core.names import raw_bytes  # noqa: E402
from medscan_gui.core.words import Light, TargetKind  # noqa: E402
from medscan_gui.gui import app  # noqa: E402
from medscan_gui.gui.main_window import MainWindow  # noqa: E402
from medscan_gui.gui.pages.scan import ScanPage  # noqa: E402
from medscan_gui.gui.scan.stage import Stage  # noqa: E402
from medscan_gui.gui.theme import theme  # noqa: E402
from medscan_gui.system.paths import find_paths  # noqa: E402
from medscan_gui.system.resources import load_words  # noqa: E402
from tests.samples import eicar, fill  # noqa: E402

SIZES = ((1280, 800), (1920, 1080))
ALL = "--all" in sys.argv
PATIENCE = 120_000  # milliseconds for the longest scan

#: Asset number, device, department of the scans that fill the journal, by language.
DEVICES = {
    "en": (
        ("BM-20418", "Ultrasound 3", "Cardiology"),
        ("BM-11873", "Infusion pump server", "Intensive care"),
        ("BM-30052", "CT console 1", "Radiology"),
        ("BM-20777", "ECG cart 12", "Emergency"),
    ),
    "fr": (
        ("BM-20418", "Échographe 3", "Cardiologie"),
        ("BM-11873", "Serveur de pousse-seringues", "Réanimation"),
        ("BM-30052", "Console scanner 1", "Radiologie"),
        ("BM-20777", "Chariot ECG 12", "Urgences"),
    ),
}
OPERATORS = ("M. Lefèvre", "A. Martin")


def until(condition: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.elapsed() > PATIENCE:
            raise TimeoutError("the window did not get there")
        QTest.qWait(20)


class Studio:
    """One window in one language and one theme, with a journal of its own."""

    def __init__(self, folder: Path, language: str, out: Path) -> None:
        self._out = out
        self._language = language
        self._media = folder / "media"
        self.paths = find_paths(folder / f"data-{language}")
        text.use(load_words(self.paths, language))
        self.window = MainWindow(self.paths, ScanPage(target_for_path=self._stick))
        self.window.language.dress_qt(language)
        self.page = self.window.scan_page
        self.opening = app.Opening(self.paths, self.window)
        self.window.painted.connect(self.opening.begin)
        self.window.show()
        self.window.activateWindow()
        until(lambda: self.opening.services is not None and self.page.ready.chooser.target is not None)
        until(lambda: not self.page.memory.busy)

    def _stick(self, path: str) -> Target:
        return Target(
            kind=TargetKind.VOLUME, paths=(raw_bytes(path),), label=Path(path).name, volume_id=path, removable=True
        )

    def choose(self, name: str, device: int) -> None:
        """Choose a stick, and say which device it is."""
        chooser, card = self.page.ready.chooser, self.page.ready.device
        chooser.choose_path(str(self._media / name))
        until(lambda: chooser.target is not None and chooser.target.label == name)
        until(lambda: not self.page.memory.busy)
        values = (*DEVICES[self._language][device], OPERATORS[device % 2])
        for field, value in zip(card.fields.values(), values, strict=True):
            field.clear()
            for character in value:  # QTest types ASCII alone
                key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, character)
                QApplication.sendEvent(field, key)
            if (popup := field.completer().popup()) is not None:
                popup.hide()
        until(lambda: not self.page.memory.busy)
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def scan(self) -> None:
        """Press Scan."""
        QTest.mouseClick(self.page.buttons.scan, Qt.MouseButton.LeftButton)
        until(lambda: self.page.stage is Stage.RUNNING)

    def wait_for(self, light: Light) -> None:
        """Wait for the result, which must be this one."""
        until(lambda: self.page.stage is Stage.RESULT)
        shown = self.page.hero.light.light
        if shown is not light:
            raise AssertionError(f"{shown} instead of {light}: {self.page.result.advice.happened.sentences}")

    def again(self) -> None:
        """Press New scan."""
        QTest.mouseClick(self.page.buttons.again, Qt.MouseButton.LeftButton)

    def picture(self, name: str) -> None:
        """Take the window as it is, in every size and theme."""
        for choice in ("light", "dark") if ALL else ("light",):
            theme().choose(choice)
            for width, height in SIZES if ALL else SIZES[:1]:
                self.window.resize(width, height)
                QTest.qWait(150)
                suffix = "" if choice == "light" else "-dark"
                file = self._out / f"{name}-{self._language}-{width}x{height}{suffix}.png"
                if not self.window.grab().save(str(file)):
                    raise OSError(f"cannot write {file}")
        theme().choose("light")
        self.window.resize(*SIZES[0])

    def close(self) -> None:
        """Close the window and everything behind it."""
        self.window.close()
        self.opening.end()
        self.window.deleteLater()
        QTest.qWait(50)


@contextmanager
def media() -> Iterator[Path]:
    """Sticks to scan: a clean one, one with the test file, a large one."""
    folder = Path(tempfile.mkdtemp(prefix="medscan-"))
    try:
        fill(folder / "media" / "ECHO-EXPORT", 900)
        fill(folder / "media" / "VISITOR", 400)
        for place in ("setup.exe", "EXPORT/autorun.exe", "0001/invoice.pdf.exe"):
            file = folder / "media" / "VISITOR" / place
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(eicar())
        fill(folder / "media" / "ARCHIVE", 160_000)
        yield folder
    finally:
        shutil.rmtree(folder)


def take(folder: Path, language: str, out: Path) -> None:
    """Take all pictures of one language."""
    studio = Studio(folder, language, out)
    try:
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
        for name in ("journal", "settings", "help", *(("about",) if ALL else ())):
            studio.window.show_page(name)
            QTest.qWait(600)
            studio.picture(name)
    finally:
        studio.close()


def main() -> int:
    """Take the pictures of both languages."""
    if not os.environ.get("DISPLAY") and sys.platform != "win32":
        print("needs a display: xvfb-run -s '-screen 0 1920x1080x24' python docs/screenshots/take.py")
        return 69
    folders = [argument for argument in sys.argv[1:] if argument != "--all"]
    out = Path(folders[0]) if folders else Path(__file__).parent
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("MedScan")
    theme().install(ROOT / "resources")
    with media() as folder:
        for language in ("fr", "en"):
            take(folder, language, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
