"""Cards and the few layouts that pages are made of. One grid: multiples of 4 pixels."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

#: Pixels: between things that belong together, between groups, around a page.
GAP, GROUP_GAP, PAGE_MARGIN = 8, 16, 24

PanelRole = Literal["", "page", "card", "sunken", "notice", "line", "strip", "rail"]
Content = QWidget | QLayout | int | None


class Panel(QFrame):
    """A frame in one of the roles of the style sheet."""

    def __init__(self, role: PanelRole = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)


class Card(Panel):
    """White paper with a thin border, holding one column; add to `body`."""

    def __init__(self, parent: QWidget | None = None, *, margin: int = 20, gap: int = GAP) -> None:
        super().__init__("card", parent)
        self.body = column(margins=margin, gap=gap)
        self.setLayout(self.body)


def column(contents: Sequence[Content] = (), *, margins: int = 0, gap: int = GAP) -> QVBoxLayout:
    """Return a column: widgets, layouts, a number for fixed space, None for what stretches."""
    layout = QVBoxLayout()
    _fill(layout, contents, margins, gap)
    return layout


def row(contents: Sequence[Content] = (), *, margins: int = 0, gap: int = GAP) -> QHBoxLayout:
    """Return a row; contents as in `column`."""
    layout = QHBoxLayout()
    _fill(layout, contents, margins, gap)
    return layout


def _fill(layout: QBoxLayout, contents: Sequence[Content], margins: int, gap: int) -> None:
    layout.setContentsMargins(margins, margins, margins, margins)
    layout.setSpacing(gap)
    for content in contents:
        match content:
            case None:
                layout.addStretch(1)
            case int():
                layout.addSpacing(content)
            case QWidget():
                layout.addWidget(content)
            case _:
                layout.addLayout(content)


def scrolled(layout: QLayout) -> QScrollArea:
    """Return an area that scrolls up and down where the layout does not fit."""
    inside = QWidget()
    inside.setLayout(layout)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


def line(parent: QWidget | None = None) -> Panel:
    """Return a thin horizontal line."""
    made = Panel("line", parent)
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return made
