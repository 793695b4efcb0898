"""One line on a terminal that shows where a scan stands."""

import shutil
from typing import TextIO

from medscan_gui.core.events import CleanUpProgress, Progress
from medscan_gui.core.names import shown_raw
from medscan_gui.core.text import _, ngettext_

_BAR_WIDTH = 24


def duration_words(seconds: float) -> str:
    """Return a duration as people say it, rounded to what matters: '40 s', '3 min', '2 h 05 min'."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def progress_text(event: Progress) -> str:
    """Return the counts and the time left of a running scan, in words."""
    counted = ngettext_("{done} of {count} item", "{done} of {count} items", event.items_total)
    parts = [counted.format(done=event.items_done, count=event.items_total)]
    if not event.total_final:
        parts = [
            ngettext_("{count} item, still counting", "{count} items, still counting", event.items_done).format(
                count=event.items_done
            )
        ]
    if event.threats:
        parts.append(ngettext_("{count} threat", "{count} threats", event.threats).format(count=event.threats))
    if event.left is not None:
        parts.append(_("about {time} left").format(time=duration_words(event.left)))
    return ", ".join(parts)


def clean_up_text(event: CleanUpProgress) -> str:
    """Return the counts and the time left of a running clean-up, in words."""
    counted = ngettext_("{done} of {count} file", "{done} of {count} files", event.files_total)
    parts = [counted.format(done=event.files_done, count=event.files_total)]
    if event.left is not None:
        parts.append(_("about {time} left").format(time=duration_words(event.left)))
    return ", ".join(parts)


def _bar(fraction: float | None) -> str:
    filled = round((fraction or 0.0) * _BAR_WIDTH)
    percent = f"{fraction:4.0%}" if fraction is not None else "  …"
    return f"[{'#' * filled}{'-' * (_BAR_WIDTH - filled)}] {percent}"


class ProgressLine:
    """Redraws one line of a terminal in place; silent where the stream is no terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._drawn = False

    def text(self, line: str) -> None:
        """Show `line`, cut to the width of the terminal."""
        if self._stream is None:
            return
        width = shutil.get_terminal_size().columns - 1
        self._stream.write("\r" + line[:width].ljust(width))
        self._stream.flush()
        self._drawn = True

    def progress(self, event: Progress) -> None:
        """Show bar, counts, time left and the item at hand."""
        self.text(f"{_bar(event.fraction)}  {progress_text(event)}  {shown_raw(event.current, 60)}")

    def clean_up(self, event: CleanUpProgress) -> None:
        """Show bar, counts, time left and the file at hand."""
        self.text(f"{_bar(event.fraction)}  {clean_up_text(event)}  {shown_raw(event.current, 60)}")

    def clear(self) -> None:
        """Take the line away, so that other lines can follow."""
        if self._stream is not None and self._drawn:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write("\r" + " " * width + "\r")
            self._stream.flush()
            self._drawn = False
