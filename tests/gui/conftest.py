"""What holds for every test of the window: no widget, timer or thread of Qt is left behind."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from medscan_gui.core import text
from medscan_gui.gui.theme import theme

ROOT = Path(__file__).resolve().parents[2]


def settle() -> None:
    """Let Qt delete what is to be deleted."""
    for _again in range(3):
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def _alive(kind: type[QObject]) -> list[QObject]:
    return [thing for thing in gc.get_objects() if isinstance(thing, kind) and isValid(thing)]


@pytest.fixture(autouse=True)
def _nothing_of_qt_is_left(qapp: QApplication) -> Iterator[None]:
    settle()
    widgets = {id(widget) for widget in QApplication.topLevelWidgets()}
    timers = {id(timer) for timer in _alive(QTimer)}
    threads = {id(thread) for thread in _alive(QThread)}
    yield
    settle()
    left: list[object] = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in widgets]
    left += [
        timer
        for timer in _alive(QTimer)
        if isinstance(timer, QTimer) and timer.isActive() and id(timer) not in timers
    ]
    left += [
        thread
        for thread in _alive(QThread)
        if isinstance(thread, QThread) and thread.isRunning() and id(thread) not in threads
    ]
    assert not left, f"left behind: {left}"


@pytest.fixture(autouse=True)
def _english_and_light(qapp: QApplication) -> Iterator[None]:
    """Each test begins in English and light, and no listener outlives its window."""
    text.use(text.Words())
    theme().install(ROOT / "resources")
    theme().choose("light")
    listeners = list(text._listeners)
    yield
    settle()
    still = [listener for listener in text._listeners if listener not in listeners]
    text._listeners[:] = listeners
    text.use(text.Words())
    theme().reduced_motion = False
    theme().choose("light")
    assert not still, "a window that is gone still listens for the language"


@pytest.fixture
def shown(qtbot: object) -> Callable[[QWidget], QWidget]:
    """Show a widget until the end of the test."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)  # type: ignore[attr-defined]
        widget.show()
        qtbot.waitExposed(widget)  # type: ignore[attr-defined]
        return widget

    return show
