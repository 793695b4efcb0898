"""Help in the program: a table of contents, a search, and the text."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeySequence, QPalette, QResizeEvent, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QListWidget, QSplitter, QTextBrowser, QTextEdit, QWidget

from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.pages.base import Page
from medscan_gui.gui.pages.help_document import HelpDocument, Section, style
from medscan_gui.gui.pages.help_texts import read_help
from medscan_gui.gui.theme import theme
from medscan_gui.gui.widgets import Label, column, row
from medscan_gui.gui.widgets.panels import GROUP_GAP, PAGE_MARGIN

#: Lines longer than this are hard to read (device-independent pixels).
_TEXT_WIDTH = 860


class HelpBrowser(QTextBrowser):
    """Shows the help: follows no link, loads nothing, keeps its lines short on wide windows."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Widen the margins with the window."""
        spare = max(0, self.width() - _TEXT_WIDTH - 60)
        self.setViewportMargins(28, 20, 28 + spare, 0)
        super().resizeEvent(event)


class HelpPage(Page):
    """The help of the language in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sections: tuple[Section, ...] = ()
        self._document: HelpDocument | None = None
        self.contents = QListWidget()
        self.contents.setObjectName("help-contents")
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contents.setWordWrap(True)
        self.contents.currentRowChanged.connect(self._go_to_section)
        self.browser = HelpBrowser()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search_changed)
        self.search.returnPressed.connect(self.find_next)
        self.found = Label(role="soft")
        self._title = Label(role="title")
        self._lay_out()
        self._add_keys()

    def _lay_out(self) -> None:
        self.search.setFixedWidth(320)
        splitter = QSplitter()
        splitter.addWidget(self.contents)
        splitter.addWidget(self.browser)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([270, 800])
        splitter.setChildrenCollapsible(False)
        top = row([self._title, None, self.found, self.search], gap=12)
        self.setLayout(column([top, splitter], margins=PAGE_MARGIN, gap=GROUP_GAP))

    def _add_keys(self) -> None:
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence.StandardKey.Find, self, self.focus_search, context=inside)
        QShortcut(QKeySequence.StandardKey.FindNext, self, self.find_next, context=inside)
        QShortcut(QKeySequence.StandardKey.FindPrevious, self, self.find_previous, context=inside)
        QShortcut(
            QKeySequence(Qt.Key.Key_Escape), self.search, self.search.clear, context=Qt.ShortcutContext.WidgetShortcut
        )

    def retranslate(self) -> None:
        """Show the help in the language in use."""
        self._title.setText(_("Help"))
        self.search.setPlaceholderText(_("Search in the help"))
        self.search.setAccessibleName(_("Search in the help"))
        self.contents.setAccessibleName(_("Contents of the help"))
        self.browser.setAccessibleName(_("Help text"))
        self._load()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the text anew when the theme changed."""
        if event.type() is QEvent.Type.StyleChange and self._document is not None:
            self._load()
        super().changeEvent(event)

    def _load(self) -> None:
        document = HelpDocument()
        document.setDefaultFont(self.browser.font())
        document.read(read_help(theme().resources, current().language))
        self._sections = style(document, self.palette())
        document.setParent(self.browser)
        self.browser.setDocument(document)
        if self._document is not None:
            self._document.deleteLater()
        self._document = document
        row = max(0, self.contents.currentRow())
        self.contents.clear()
        self.contents.addItems([section.title for section in self._sections])
        self.contents.setCurrentRow(min(row, self.contents.count() - 1))
        self._search_changed(self.search.text())

    @Slot(int)
    def _go_to_section(self, row: int) -> None:
        if not 0 <= row < len(self._sections):
            return
        cursor = QTextCursor(self.browser.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.browser.setTextCursor(cursor)  # from below, the heading lands at the top of the view
        cursor.setPosition(self._sections[row].position)
        self.browser.setTextCursor(cursor)
        if row == 0:
            self.browser.verticalScrollBar().setValue(0)

    @Slot()
    def focus_search(self) -> None:
        """Put the cursor in the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot()
    def find_next(self) -> None:
        """Go to the next match, from the top again after the last one."""
        self._find(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    @Slot()
    def find_previous(self) -> None:
        """Go to the previous match, from the end again before the first one."""
        self._find(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    def _find(self, flags: QTextDocument.FindFlag, restart: QTextCursor.MoveOperation) -> None:
        wanted = self.search.text().strip()
        if wanted and not self.browser.find(wanted, flags):
            cursor = self.browser.textCursor()
            cursor.movePosition(restart)
            self.browser.setTextCursor(cursor)
            self.browser.find(wanted, flags)
        self._show_section_of(self.browser.textCursor().position())

    def _show_section_of(self, position: int) -> None:
        """Select the section of a position in the contents, without going to its heading."""
        row = max((i for i, section in enumerate(self._sections) if section.position <= position), default=0)
        with QSignalBlocker(self.contents):
            self.contents.setCurrentRow(row)

    @Slot(str)
    def _search_changed(self, text: str) -> None:
        matches = self._matches(text.strip())
        self.browser.setExtraSelections([self._marked(match) for match in matches])
        if not text.strip():
            self.found.setText("")
        elif not matches:
            self.found.setText(_("Not found"))
        else:
            count = len(matches)
            self.found.setText(ngettext_("{count} match", "{count} matches", count).format(count=count))
            first = QTextCursor(matches[0])
            first.setPosition(first.selectionStart())
            self.browser.setTextCursor(first)
            self.find_next()

    def _matches(self, wanted: str) -> list[QTextCursor]:
        if len(wanted) < 2:
            return []
        matches = []
        cursor = self.browser.document().find(wanted)
        while not cursor.isNull():
            matches.append(cursor)
            cursor = self.browser.document().find(wanted, cursor)
        return matches

    def _marked(self, match: QTextCursor) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = match
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        colour.setAlpha(70)
        selection.format.setBackground(colour)
        return selection


