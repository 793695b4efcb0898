"""Dialogs of wrapped sentences: Qt alone gives them too much height, or too little."""

from PySide6.QtWidgets import QDialog


def fit(dialog: QDialog) -> None:
    """Give a dialog the height that its sentences need at its width."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        width = max(dialog.width(), dialog.minimumWidth())
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        dialog.resize(width, max(height, layout.totalMinimumSize().height()))
