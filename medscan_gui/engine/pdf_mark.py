"""Whether a content is a PDF to readers although it does not begin as one.

Readers look for the mark in the first 1,024 bytes (ISO 32000-1, annex H.3.4.1), take what older writers wrote in its
place (H.3.4.1 as well), and read files without any mark by their objects. A text that only speaks of PDF is none.
"""

import re
from collections.abc import Callable

_WITHIN = 1024
_PERCENT = ord("%")
_SPACES = rb"[\0\t\n\f\r ]"
_MARK = re.compile(rb"%(?:PDF-(\d)?|!PS-Adobe-\d[^\r\n]{0,64}?[ \t]PDF-(?=\d))")
_OBJECT = re.compile(rb"(?<!\d)\d{1,10}" + _SPACES + rb"{1,64}\d{1,5}" + _SPACES + rb"{1,64}obj(?![A-Za-z])")
_FIRST_OBJECT = re.compile(_SPACES + rb"{0,64}" + _OBJECT.pattern)
_END = re.compile(rb"startxref" + _SPACES + rb"{1,64}\d{1,12}" + _SPACES + rb"{1,64}%%EOF")


def hides_pdf(head: bytes, tail: Callable[[], bytes]) -> bool:
    """Say whether a PDF begins behind other bytes, or without its mark, as readers allow."""
    front = head[:_WITHIN]
    # One byte is looked for much faster than an expression.
    if _PERCENT in front and (found := _MARK.search(front)) is not None:
        return _is_marked(head[found.start() :], tail, usual=found[1] is not None)
    if b"obj" not in front or _OBJECT.search(front) is None:
        return False
    end = tail()
    return _END.search(end) is not None or (_FIRST_OBJECT.match(front) is not None and b"trailer" in end)


def _is_marked(rest: bytes, tail: Callable[[], bytes], *, usual: bool) -> bool:
    if usual and (b" obj" in rest or b"startxref" in rest):
        return True
    if _OBJECT.search(rest) is not None:
        return True
    end = tail()
    return b"startxref" in end or (usual and _OBJECT.search(end) is not None)
