"""What holds for every test of the window: no widget, timer or thread of Qt is left behind."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from medscan_gui.core import text
from medscan_gui.core.device import Target
from medscan_gui.core.events import ScanEvent
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.pages.scan import ScanPage
from medscan_gui.gui.scan_thread import Session
from medscan_gui.gui.theme import theme
from medscan_gui.session import ScanRequest, Services, open_services
from medscan_gui.system.paths import find_paths
from tests.gui import scripted

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say what it cannot do; every other warning of Qt fails the test."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support ", extend=True))


def settle() -> None:
    """Let Qt delete what is to be deleted."""
    gc.collect()
    for _again in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def _busy() -> list[QObject]:
    """Return the timers that tick and the threads of Qt that run."""
    things = [thing for thing in gc.get_objects() if isinstance(thing, QTimer | QThread) and isValid(thing)]
    return [
        thing
        for thing in things
        if (isinstance(thing, QTimer) and thing.isActive()) or (isinstance(thing, QThread) and thing.isRunning())
    ]


@pytest.fixture(autouse=True)
def _nothing_of_qt_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Widgets, timers and threads that a test made are gone when it ends; so is every listener.

    Each test begins in English and light. Tests that use no window pay nothing for this.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qapp")
    _begin_afresh()
    listeners = list(text._listeners)
    widgets = set(QApplication.topLevelWidgets())
    yield
    settle()
    left: list[object] = [widget for widget in QApplication.topLevelWidgets() if widget not in widgets]
    left += _busy()
    left += [listener for listener in text._listeners if listener not in listeners]
    text._listeners[:] = listeners
    _begin_afresh()
    assert not left, f"left behind: {left}"


def _begin_afresh() -> None:
    if text.current().language != "en" or type(text.current()) is not text.Words:
        text.use(text.Words())
    theme().reduced_motion = False
    if not QApplication.instance().styleSheet():  # type: ignore[union-attr]
        theme().install(ROOT / "resources")
    if theme().choice != "light":
        theme().choose("light")


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], None]:
    """Show a widget until the end of the test."""

    def show(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.show()
        qtbot.waitExposed(widget)

    return show


class Window:
    """A main window whose scans follow the test's script."""

    def __init__(self, services: Services) -> None:
        self.session: scripted.ScriptedSession | None = None
        self.requests: list[ScanRequest] = []
        self.door = scripted.ScriptedDoor()
        self.unlock_door = scripted.ScriptedUnlockDoor()
        page = ScanPage(self._next_session, self._target, door=self.door, unlock_door=self.unlock_door)
        self.main = MainWindow(services.paths, page)
        self.page = self.main.scan_page

    def script(self, events: list[ScanEvent], *, hold_at: int | None = None) -> scripted.ScriptedSession:
        """Let the next scan follow these events."""
        self.session = scripted.ScriptedSession(events, hold_at=hold_at)
        return self.session

    def _next_session(self, _services: Services, request: ScanRequest) -> Session:
        self.requests.append(request)
        assert self.session is not None
        return self.session

    @staticmethod
    def _target(path: str) -> Target:
        from medscan_gui.system.volumes import target_for_path

        return target_for_path(path)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Real services on a journal of the test's own."""
    opened = open_services(find_paths(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[Window]:
    """The main window with its services, a stick plugged in, and scripted scans."""
    made = Window(services)
    made.main.show()
    qtbot.waitExposed(made.main)
    made.main.set_services(services)
    made.main.show_signatures(scripted.SIGNATURES)
    made.page.show_sight(scripted.SIGHT)
    qtbot.waitUntil(lambda: not made.page.memory.busy)
    yield made
    for session in (made.session, made.door.session_made, made.unlock_door.session_made):
        if session is not None:
            session.cancel()
    qtbot.waitUntil(lambda: not made.page.runner.running)
    qtbot.waitUntil(lambda: not (made.page.memory.busy or made.page.cards.busy or made.page.after.busy))
    qtbot.waitUntil(lambda: not made.page.unlocking.busy)
    made.main.close()
    made.main.deleteLater()
    settle()
