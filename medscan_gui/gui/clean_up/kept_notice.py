"""Says that files were accepted: scan again to see it count, or take it back right away."""

from PySide6.QtWidgets import QWidget

from medscan_gui.core.text import _, ngettext_
from medscan_gui.gui.models.phrases import number
from medscan_gui.gui.widgets import Button, Notice


class KeptNotice(Notice):
    """A notice with a second button; `acted` asks for another scan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, icon_name="keep")
        self._count = 0
        self.undo = Button(role="quiet", icon_name="restore")
        layout = self.layout()
        assert layout is not None  # noqa: S101  # a Notice has one
        layout.addWidget(self.undo)

    def show_kept(self, count: int) -> None:
        """Say how many contents were accepted."""
        self._count = count
        said = ngettext_(
            "{count} file is accepted and noted in the journal. It counts from the next scan on.",
            "{count} files are accepted and noted in the journal. They count from the next scan on.",
            count,
        ).format(count=number(count))
        self.undo.setText(_("Undo"))
        self.undo.setToolTip(_("Ctrl+Z"))
        self.show_text(said, _("Scan again"))

    def retranslate(self) -> None:
        """Say it in the language in use."""
        if self.text:
            self.show_kept(self._count)
