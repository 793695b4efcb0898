"""Where MedScan keeps things: folders and files with a button that opens them."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QSizePolicy, QWidget

from medscan_gui.core.names import shown
from medscan_gui.core.text import _
from medscan_gui.gui.widgets import Button, ElidedLabel, Label, column, row


def open_folder(folder: Path) -> bool:
    """Show a folder in the system's file manager; False if it has none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class PlaceRow(QWidget):
    """One place: what lies there, its path, and a button."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self.title = Label(role="strong")
        self.path = ElidedLabel(soft=True)
        self.button = Button(icon_name="open")
        self.button.clicked.connect(self._open)
        words = QWidget()
        words.setLayout(column([self.title, self.path], gap=2))
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = row([words, self.button], gap=24)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def show_place(self, path: Path | None, *, is_folder: bool) -> None:
        """Show a path; its folder is what the button opens."""
        self._folder = path if is_folder or path is None else path.parent
        self.path.setText(shown(str(path)) if path else _("None: no journal could be opened"))
        self.button.setEnabled(self._folder is not None and self._folder.is_dir())

    def say(self, title: str) -> None:
        """Set the texts."""
        self.title.setText(title)
        self.button.setText(_("Open folder"))
        self.button.setAccessibleName(_("Open folder: {what}").format(what=title))

    def _open(self) -> None:
        if self._folder is not None:
            open_folder(self._folder)
