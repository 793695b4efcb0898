"""The language of the window: our own words, and Qt's for its standard buttons."""

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from medscan_gui.core import text
from medscan_gui.core.messages import MedScanError

if TYPE_CHECKING:
    from medscan_gui.system.paths import Paths

log = logging.getLogger(__name__)


class Language:
    """Switches the language of the process; `text.on_language_change` tells the window."""

    def __init__(self, paths: "Paths") -> None:
        self._paths = paths
        self._translator: QTranslator | None = None

    def choose(self, language: str) -> None:
        """Speak `language` from now on; "" is the system's.

        A catalogue that is damaged leaves the language as it is: the reason goes to the log.
        """
        from medscan_gui.system.resources import load_words, preferred_language

        try:
            words = load_words(self._paths, language or preferred_language())
        except MedScanError as error:
            log.error("catalogue refused: %s", text.current().sentence(error.message))  # noqa: TRY400  # no trace: known
            return
        self.dress_qt(words.language)
        text.use(words)

    def dress_qt(self, language: str) -> None:
        """Load Qt's own words for its standard buttons."""
        application = QCoreApplication.instance()
        if application is None:
            return
        QLocale.setDefault(QLocale(language))
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        translator = QTranslator(application)
        if translator.load(f"qtbase_{language}", folder):
            QCoreApplication.installTranslator(translator)
            self._translator = translator
