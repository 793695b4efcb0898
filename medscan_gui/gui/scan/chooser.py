"""The target chooser: the obvious target is chosen already; a folder or file can be picked or dropped."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QListView, QWidget

from medscan_gui.core.device import Target
from medscan_gui.core.text import _
from medscan_gui.core.words import ScanDepth, TargetKind
from medscan_gui.gui.background import Errand
from medscan_gui.gui.scan.depth_choice import DepthChoice
from medscan_gui.gui.scan.target_list import CHOICE_ROLE, TargetDelegate, TargetModel
from medscan_gui.gui.scan.targets import Choice, Sight, choices
from medscan_gui.gui.widgets import Button, Card, Label, row

#: Pixels: one line of the list; it scrolls.
_LEAST_HEIGHT = 66


class _TargetView(QListView):
    """The list itself. Enter does not activate a line: it starts the scan, as everywhere on the page."""

    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(TargetDelegate(self))
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setProperty("role", "cards")
        self.setMinimumHeight(_LEAST_HEIGHT)

    def fit(self) -> None:
        """Be no higher than the lines are: what belongs to them stands right below."""
        lines = self.model().rowCount() * self.sizeHintForRow(0) if self.model().rowCount() else 0
        self.setMaximumHeight(max(_LEAST_HEIGHT, lines + 2 * self.frameWidth() + 4))

    def scroll_to_chosen(self) -> None:
        """Bring the chosen line into sight, once the list has the height that is left for it."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen line in sight."""
        super().resizeEvent(event)
        self.scroll_to_chosen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Start the scan on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
            return
        super().keyPressEvent(event)


class TargetChooser(Card):
    """Shows what can be scanned. `chosen` carries the Target each time another one is chosen."""

    chosen = Signal(object)
    confirmed = Signal()
    #: The same target is to be read in another depth.
    depth_changed = Signal()

    def __init__(self, target_for_path: Callable[[str], Target], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body.setContentsMargins(20, 12, 20, 12)
        self._target_for_path = target_for_path
        self._sight: Sight | None = None
        self._own: tuple[Target, ...] = ()
        self._picked_by_operator = False
        self._refreshing = False
        self._errands: set[Errand] = set()
        self._last: Target | None = None
        self.title = Label(role="heading")
        self.hint = Label(role="small", wrap=True)
        self.view = _TargetView()
        self.model = TargetModel(self)
        self.view.setModel(self.model)
        self.view.selectionModel().currentChanged.connect(self._moved)
        self.view.pressed.connect(self._pressed)
        self.view.confirmed.connect(self.confirmed)
        self.depth_choice = DepthChoice()
        self.depth_choice.changed.connect(self.depth_changed)
        self.depth_choice.confirmed.connect(self.confirmed)
        self.folder_button = Button(icon_name="folder")
        self.file_button = Button(icon_name="file")
        self.folder_button.clicked.connect(self._ask_folder)
        self.file_button.clicked.connect(self._ask_file)
        head = row([self.title, None, self.folder_button, self.file_button], gap=10)
        self.body.addLayout(head)
        self.body.addWidget(self.view, 100)
        self.body.addWidget(self.depth_choice)
        self.body.addWidget(self.hint)
        self.body.addStretch(1)
        self._show_depth()

    @property
    def target(self) -> Target | None:
        """The chosen target; None until the first look at the system is done."""
        choice = self.choice
        return choice.target if choice else None

    @property
    def choice(self) -> Choice | None:
        """The chosen line, in the chosen depth."""
        found = self._line
        if found is not None and _has_depths(found.target) and self.depth_choice.chosen is not found.target.depth:
            target = msgspec.structs.replace(found.target, depth=self.depth_choice.chosen)
            return Choice(target, found.volume)
        return found

    @property
    def _line(self) -> Choice | None:
        found = self.view.currentIndex().data(CHOICE_ROLE)
        return found if isinstance(found, Choice) else None

    def show_sight(self, sight: Sight) -> None:
        """Show what a look at the system found; keeps the operator's own choice while it is there."""
        self._sight = sight
        self._refresh()

    def choose_path(self, path: str) -> None:
        """Choose a folder or file that the operator picked or dropped; asks beside the window's thread what it is."""
        errand = Errand(partial(self._target_for_path, path), "target", self)
        errand.done.connect(self._path_known)
        errand.over.connect(self._errand_over)
        self._errands.add(errand)
        errand.start()

    def choose_target(self, target: Target) -> None:
        """Choose a target that was scanned before, in the same depth."""
        self.depth_choice.choose(target.depth)
        self._path_known(msgspec.structs.replace(target, depth=ScanDepth.FULL))

    @Slot(object)
    def _path_known(self, target: Target) -> None:
        if not _has_depths(target):  # "this computer" has its line already
            self._own = (target,)
        self._picked_by_operator = True
        self._refresh(target)

    @Slot(object)
    def _errand_over(self, errand: Errand) -> None:
        self._errands.discard(errand)
        errand.deleteLater()

    def retranslate(self) -> None:
        """Set every text in the language in use."""
        self.title.setText(_("What should be scanned?"))
        self.view.setAccessibleName(_("What should be scanned?"))
        self.folder_button.setText(_("Folder…"))
        self.file_button.setText(_("File…"))
        self.hint.setText(_("You can also drop a folder or a file anywhere on this page."))
        self.depth_choice.retranslate()
        self.model.retranslate()

    def _refresh(self, wanted: Target | None = None) -> None:
        before = self.choice
        lines = choices(self._sight, self._own)
        self._refreshing = True
        if self.model.set_choices(lines):
            self.view.fit()
        index = self._row_to_choose(lines, wanted, before)
        if 0 <= index < len(lines):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(self.model.index(index), flags)
        self._refreshing = False
        self._tell()

    def _row_to_choose(self, lines: tuple[Choice, ...], wanted: Target | None, before: Choice | None) -> int:
        places = [line.target.paths for line in lines]
        if wanted is None and before is not None and self._picked_by_operator:
            wanted = before.target
        if wanted is not None and wanted.paths in places:
            return places.index(wanted.paths)
        self._picked_by_operator = False
        obvious = self._sight.obvious if self._sight else None
        return places.index(obvious.paths) if obvious and obvious.paths in places else 0

    def _tell(self) -> None:
        self._show_depth()
        line = self._line
        if line is not None and line.target != self._last:
            self._last = line.target
            self.chosen.emit(line.target)

    def _show_depth(self) -> None:
        """Offer the choice of depth where there is one; it takes the room of the hint."""
        line = self._line
        offered = line is not None and _has_depths(line.target)
        self.depth_choice.setVisible(offered)
        self.hint.setVisible(not offered)
        self.view.scroll_to_chosen()

    @Slot(QModelIndex)
    def _pressed(self, _index: QModelIndex) -> None:
        self._picked_by_operator = True

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._refreshing:
            self._picked_by_operator = True
            self._tell()

    @Slot()
    def _ask_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, _("Folder to scan"), str(Path.home())):
            self.choose_path(path)

    @Slot()
    def _ask_file(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("File to scan"), str(Path.home()))
        if path:
            self.choose_path(path)


def _has_depths(target: Target) -> bool:
    """Say whether there is a choice of depth: a medium is always read whole."""
    return target.kind is TargetKind.COMPUTER


def dropped_path(data: QMimeData) -> str | None:
    """Return the one local path that a drop carries, or None."""
    urls = data.urls() if data.hasUrls() else []
    path = urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""
    return path or None
