"""Renders our own help texts: Markdown into a QTextDocument that loads nothing but drawn lights."""

from typing import Any, NamedTuple

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from medscan_gui.core.words import Light
from medscan_gui.gui.models.light_icons import light_image

#: Size of a drawn light in a line of text, in device-independent pixels.
LIGHT_SIZE = 22


class Section(NamedTuple):
    """One entry of the table of contents: its title and where it begins in the document."""

    title: str
    position: int


def light_of_url(url: QUrl) -> Light | None:
    """Return the light that an image address like ``light:red`` names; None for anything else."""
    if url.scheme() != "light":
        return None
    try:
        return Light(url.path())
    except ValueError:
        return None


class HelpDocument(QTextDocument):
    """A document whose only resources are lights; every other address gives nothing."""

    def read(self, markdown: str) -> None:
        """Show this text. HTML in it stays text."""
        flavour = self.MarkdownFeature.MarkdownDialectGitHub | self.MarkdownFeature.MarkdownNoHTML
        self.setMarkdown(markdown, flavour)

    def loadResource(self, _kind: int, name: QUrl | str) -> Any:  # noqa: N802  # Qt's name
        """Return a drawn light, or nothing: neither files nor the network are ever read."""
        light = light_of_url(QUrl(name))
        return QImage() if light is None else light_image(light, LIGHT_SIZE)


def style(document: QTextDocument, palette: QPalette) -> tuple[Section, ...]:
    """Give the document's text air, headings and ruled tables; return its sections.

    Qt ignores style sheets when it reads Markdown, so the formats are set block by block.
    """
    sections = []
    block = document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        if level:
            _style_heading(QTextCursor(block), level)
        else:
            _style_text(QTextCursor(block))
        if level == 2:
            sections.append(Section(block.text(), block.position()))
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _style_table(frame, palette)
    return tuple(sections)


def _style_heading(cursor: QTextCursor, level: int) -> None:
    blocks = QTextBlockFormat()
    blocks.setTopMargin(0 if level == 1 else 28)
    blocks.setBottomMargin(10)
    cursor.mergeBlockFormat(blocks)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    characters = QTextCharFormat()
    characters.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 3 if level == 1 else 2)
    characters.setFontWeight(QFont.Weight.DemiBold)
    cursor.mergeCharFormat(characters)


def _style_text(cursor: QTextCursor) -> None:
    listed = cursor.currentList() is not None
    blocks = QTextBlockFormat()
    blocks.setLineHeight(130, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    in_table = cursor.currentTable() is not None
    blocks.setTopMargin(0)
    blocks.setBottomMargin(0 if in_table else 6 if listed else 10)
    cursor.mergeBlockFormat(blocks)
    _centre_images(cursor)


def _centre_images(cursor: QTextCursor) -> None:
    fragments = cursor.block().begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        if fragment.charFormat().isImageFormat():
            middle = QTextCharFormat()
            middle.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(middle)
            return  # the iterator is of no use once formats have changed; our texts hold one image a line
        fragments += 1


def _style_table(table: QTextTable, palette: QPalette) -> None:
    line = palette.color(QPalette.ColorRole.Mid)
    line.setAlpha(110)
    table_format = table.format()
    table_format.setBorder(1)
    table_format.setBorderCollapse(True)
    table_format.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    table_format.setBorderBrush(QBrush(line))
    table_format.setCellPadding(9)
    table_format.setCellSpacing(0)
    table_format.setTopMargin(6)
    table_format.setBottomMargin(12)
    table_format.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table_format.setColumnWidthConstraints(_widths(table.columns()))
    table.setFormat(table_format)
    _style_header(table, palette.color(QPalette.ColorRole.AlternateBase))


def _widths(columns: int) -> list[QTextLength]:
    shares = {2: (36, 64), 3: (21, 43, 36)}.get(columns, (100 / columns,) * columns)
    return [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]


def _style_header(table: QTextTable, background: QColor) -> None:
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        cell_format = cell.format().toTableCellFormat()
        cell_format.setBackground(QBrush(background))
        cell.setFormat(cell_format)
        cursor = cell.firstCursorPosition()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(bold)
