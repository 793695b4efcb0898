"""One real window that is driven like a hand would, and the pictures of it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from medscan_gui.core import text
from medscan_gui.core.device import Target
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.words import Light, TargetKind
from medscan_gui.gui import app
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.pages.scan import ScanPage
from medscan_gui.gui.scan.stage import Stage
from medscan_gui.gui.theme import theme
from medscan_gui.system.paths import find_paths
from medscan_gui.system.resources import load_words

SIZES = ((1280, 800), (1920, 1080))
PATIENCE = 120_000  # milliseconds for the longest scan

#: Asset number, device, department of the scans that fill the journal, by language.
DEVICES = {
    "en": (
        ("BM-20418", "Ultrasound 3", "Cardiology"),
        ("BM-11873", "Infusion pump server", "Intensive care"),
        ("BM-30052", "CT console 1", "Radiology"),
        ("BM-20777", "ECG cart 12", "Emergency"),
        ("BM-90017", "Visitors’ stick 7", "Biomedical"),
    ),
    "fr": (
        ("BM-20418", "Échographe 3", "Cardiologie"),
        ("BM-11873", "Serveur de pousse-seringues", "Réanimation"),
        ("BM-30052", "Console scanner 1", "Radiologie"),
        ("BM-20777", "Chariot ECG 12", "Urgences"),
        ("BM-90017", "Clé des visiteurs 7", "Biomédical"),
    ),
}
OPERATORS = ("M. Lefèvre", "A. Martin")


def until(condition: Callable[[], bool], what: str = "the window did not get there") -> None:
    """Let the window live until something is so. Raises TimeoutError."""
    clock = QElapsedTimer()
    clock.start()
    while not condition():
        if clock.elapsed() > PATIENCE:
            raise TimeoutError(what)
        QTest.qWait(20)


def click(button: QWidget) -> None:
    """Press a button with the mouse."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def type_into(field: QWidget, words: str) -> None:
    """Type letter by letter; QTest itself types ASCII alone."""
    for character in words:
        key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, character)
        QApplication.sendEvent(field, key)


def stick(path: str) -> Target:
    """Return the folder as what it stands in for: a removable medium without an identity of its own."""
    return Target(kind=TargetKind.VOLUME, paths=(raw_bytes(path),), label=Path(path).name, removable=True)


class Studio:
    """One window in one language, with a journal and a quarantine of its own in `data`."""

    def __init__(self, data: Path, sticks: Path, language: str, out: Path, *, everything: bool) -> None:
        self._out = out
        self._language = language
        self._sticks = sticks
        self.everything = everything
        self.paths = find_paths(data)
        text.use(load_words(self.paths, language))
        self.window = MainWindow(self.paths, ScanPage(target_for_path=stick))
        self.window.language.dress_qt(language)
        self.page = self.window.scan_page
        self.opening = app.Opening(self.paths, self.window)
        self.window.painted.connect(self.opening.begin)
        self.window.show()
        self.window.activateWindow()
        until(lambda: self.opening.services is not None and self.page.ready.chooser.target is not None)
        until(lambda: not self.page.memory.busy)
        assert self.opening.services is not None
        self.services = self.opening.services

    # --- scanning ------------------------------------------------------------------------------------

    def choose(self, name: str, device: int) -> None:
        """Choose a stick, and say which device it is."""
        chooser, card = self.page.ready.chooser, self.page.ready.device
        chooser.choose_path(str(self._sticks / name))
        until(lambda: chooser.target is not None and chooser.target.label == name)
        until(lambda: not self.page.memory.busy)
        values = (*DEVICES[self._language][device], OPERATORS[device % 2])
        for field, value in zip(card.fields.values(), values, strict=True):
            field.clear()
            type_into(field, value)
            if (popup := field.completer().popup()) is not None:
                popup.hide()
        until(lambda: not self.page.memory.busy)
        until(lambda: not self.page.cards.busy)
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def scan(self) -> None:
        """Press Scan."""
        click(self.page.buttons.scan)
        until(lambda: self.page.stage is Stage.RUNNING)

    def wait_for(self, light: Light) -> None:
        """Wait for the result, which must be this one, and for what is offered about it."""
        until(lambda: self.page.stage is Stage.RESULT)
        until(lambda: not (self.page.after.busy or self.page.result.procedure.busy))
        shown = self.page.hero.light.light
        if shown is not light:
            raise AssertionError(f"{shown} instead of {light}: {self.page.result.advice.happened.sentences}")

    def again(self) -> None:
        """Press New scan."""
        click(self.page.buttons.again)

    # --- dialogs -------------------------------------------------------------------------------------

    def answer(self, kind: type[QDialog], act: Callable[[QDialog], None]) -> None:
        """Look at the dialog of this kind that opens next, and do something in it."""

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, kind):
                QTimer.singleShot(20, look)
                return
            QTest.qWait(150)
            try:
                act(dialog)
            except BaseException:
                dialog.reject()
                raise

        QTimer.singleShot(0, look)

    # --- pictures ------------------------------------------------------------------------------------

    def picture(self, name: str, over: QDialog | None = None) -> None:
        """Take the window as it is, with a dialog `over` it, in every size and theme."""
        for choice in ("light", "dark") if self.everything else ("light",):
            theme().choose(choice)
            for width, height in SIZES if self.everything else SIZES[:1]:
                self.window.resize(width, height)
                QTest.qWait(150)
                suffix = "" if choice == "light" else "-dark"
                self._save(self._seen(over), f"{name}-{self._language}-{width}x{height}{suffix}.png")
        theme().choose("light")
        self.window.resize(*SIZES[0])
        QTest.qWait(50)

    def picture_to_look_at(self, name: str, over: QDialog | None = None) -> None:
        """Take a picture that only a critical eye wants."""
        if self.everything:
            self.picture(name, over)

    def _seen(self, over: QDialog | None) -> QPixmap:
        """Return the window, and the dialog in the middle of it as a desktop shows it."""
        whole = self.window.grab()
        if over is None:
            return whole
        front = over.grab()
        place = QPoint((whole.width() - front.width()) // 2, (whole.height() - front.height()) // 2)
        painter = QPainter(whole)
        painter.fillRect(whole.rect(), QColor(0, 0, 0, 70))
        painter.fillRect(front.rect().translated(place).adjusted(-1, -1, 1, 1), QColor(theme().tokens.ink_soft))
        painter.drawPixmap(place, front)
        painter.end()
        return whole

    def _save(self, picture: QPixmap, name: str) -> None:
        file = self._out / name
        if not picture.save(str(file)):
            raise OSError(f"cannot write {file}")

    def report(self, name: str, write: Callable[[], bytes]) -> None:
        """Write a PDF report and pictures of its pages; needs pdftoppm."""
        if not self.everything:
            return
        file = self._out / f"report-{name}-{self._language}.pdf"
        file.write_bytes(write())
        command = ["pdftoppm", "-r", "70", "-png", str(file), str(file.with_suffix(""))]
        subprocess.run(command, check=True)

    def settings(self, **changes: object) -> None:
        """Change settings, as the page would."""
        stored = self.services.settings
        stored.save(msgspec.structs.replace(stored.current, **changes))

    def close(self) -> None:
        """Close the window and everything behind it."""
        self.window.close()
        self.opening.end()
        self.window.deleteLater()
        QTest.qWait(50)
