"""The window's program: builds the application, paints first, opens the rest, ends in good order."""

import logging
import os
import signal
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from medscan_gui import __version__
from medscan_gui.core.messages import Message
from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _, current
from medscan_gui.gui.background import Errand, Watch
from medscan_gui.gui.main_window import MainWindow
from medscan_gui.gui.scan.targets import look
from medscan_gui.gui.theme import theme

if TYPE_CHECKING:
    from medscan_gui.session import Services
    from medscan_gui.store.settings import SettingsStore
    from medscan_gui.system.paths import Paths

log = logging.getLogger(__name__)

#: Seconds between two looks at what is plugged in.
_LOOK_SECONDS = 2.0

#: Set to 1: print ``painted`` after the first picture and quit (the start-up benchmark).
PROBE = "MEDSCAN_STARTUP_PROBE"

_GAVE_UP = 70  # EX_SOFTWARE: the program had to leave a thread behind


class Faults(QObject):
    """Catches what no slot caught: to the log, and a plain sentence on the screen."""

    seen = Signal()

    def __init__(self, paths: "Paths", window: MainWindow) -> None:
        super().__init__(window)
        self._paths = paths
        self._window = window
        self._before = (sys.excepthook, threading.excepthook)
        self.seen.connect(self._tell)

    def install(self) -> None:
        """Begin to catch."""
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    def remove(self) -> None:
        """Leave things as they were."""
        sys.excepthook, threading.excepthook = self._before

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("unhandled error", exc_info=(kind, error, trace))
        self._before[0](kind, error, trace)
        self.seen.emit()

    def _thread_hook(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._hook(caught.exc_type, caught.exc_value, caught.exc_traceback)

    @Slot()
    def _tell(self) -> None:
        self._window.show_fault(
            _(
                "Something went wrong inside MedScan. Scans already in the journal are safe; what you just did may "
                "not have worked. Close and start MedScan again. Details for support: {file}"
            ).format(file=self._paths.log_file)
        )


class Opening(QObject):
    """Opens beside the window's thread what may be slow: services, signatures, the list of media."""

    def __init__(self, paths: "Paths", window: MainWindow) -> None:
        super().__init__(window)
        self._paths = paths
        self._window = window
        self.services: Services | None = None
        self._services = Errand(self._open_services, "services", self)
        self._services.done.connect(self._opened)
        self._services.failed.connect(self._not_opened)
        self._signatures: Errand | None = None
        self._watch = Watch(look, _LOOK_SECONDS, "media", self)
        self._watch.changed.connect(window.scan_page.show_sight)

    @Slot()
    def begin(self) -> None:
        """Set everything off; the answers arrive one by one."""
        self._watch.start()
        self._services.start()

    def end(self) -> None:
        """Stop watching and close the services."""
        self._watch.stop()
        self._services.wait(5.0)
        if self._signatures is not None:
            self._signatures.wait(5.0)
        if self.services is not None:
            self.services.close()

    def _open_services(self) -> "Services":
        from medscan_gui.response.recovery import open_recovered

        return open_recovered(self._paths)

    @Slot(object)
    def _opened(self, services: "Services") -> None:
        self.services = services
        self._window.set_services(services)
        self._signatures = Errand(self._read_signatures, "signatures", self)
        self._signatures.done.connect(self._signatures_read)
        self._signatures.failed.connect(self._not_opened)
        self._signatures.start()

    def _read_signatures(self) -> tuple[SignatureFacts, Message | None]:
        from datetime import UTC, datetime

        from medscan_gui.core.bundle import BundleError
        from medscan_gui.session import signature_facts
        from medscan_gui.store.bundles import read_bundle

        assert self.services is not None  # noqa: S101  # sent only once they are there
        try:
            bundle = read_bundle(self._paths.signatures)
        except BundleError as error:
            return SignatureFacts(), error.message
        return signature_facts(bundle, self.services.settings.current, datetime.now(UTC)), None

    @Slot(object)
    def _signatures_read(self, answer: tuple[SignatureFacts, Message | None]) -> None:
        self._window.show_signatures(*answer)

    @Slot(object)
    def _not_opened(self, error: BaseException) -> None:
        raise error  # the faults' hook logs it and tells the operator


def run(paths: "Paths", language: str | None) -> int:
    """Open the window and stay until it closes; returns the exit code. The words are loaded already."""
    application = _application(paths)
    theme().install(paths.resources)
    settings = _settings(paths)
    if settings is not None:
        theme().choose(settings.current.theme)
    window = MainWindow(paths)
    window.language.dress_qt(language or current().language)
    faults = Faults(paths, window)
    opening = Opening(paths, window)
    faults.install()
    heartbeat = _let_python_see_signals(window)
    window.painted.connect(_probe if os.environ.get(PROBE) == "1" else opening.begin)
    window.show()
    window.activateWindow()  # a bare X server without a window manager gives the keyboard to nobody else
    try:
        code = application.exec()
    finally:
        heartbeat.stop()
        runner = window.scan_page.runner
        over = _end_scan(window)
        opening.end()
        faults.remove()
    if not over or runner.running:
        log.critical("the scan did not end: leaving it behind")
        logging.shutdown()
        os._exit(_GAVE_UP)  # a QThread that still runs would abort the process, and the journal is safe
    return code


def _settings(paths: "Paths") -> "SettingsStore | None":
    from medscan_gui.store.settings import SettingsStore

    return SettingsStore(paths)


def _application(paths: "Paths") -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("MedScan")
    application.setApplicationDisplayName("MedScan")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("medscan")
    application.setWindowIcon(QIcon(str(paths.resources / "icons" / "medscan.svg")))
    return application


def _end_scan(window: MainWindow) -> bool:
    """End a scan that outlived its window (the session of the system ends, a signal); True if it is over."""
    runner = window.scan_page.runner
    if not runner.running:
        return True
    runner.cancel()
    return runner.wait(10_000) and runner.settle()


def _let_python_see_signals(window: MainWindow) -> QTimer:
    """Let Ctrl+C and SIGTERM end the program: Python handles signals only when it gets to run.

    Nobody is asked: whoever sends a signal is not looking at the window.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_caught: window.leave())
    heartbeat = QTimer(window)
    heartbeat.setInterval(250)
    heartbeat.timeout.connect(_beat)
    heartbeat.start()
    return heartbeat


@Slot()
def _beat() -> None:
    """Do nothing, in Python."""


@Slot()
def _probe() -> None:
    sys.stdout.write("painted\n")
    sys.stdout.flush()
    QApplication.quit()
