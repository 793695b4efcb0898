"""Texts by their own bytes: plain, or in a language that something opens or runs."""

import re

from medscan_gui.engine.file_kinds import FileType

#: A text has no NUL in so many bytes, and none of the characters below in so many.
_NO_NUL = 1024
_NO_CONTROLS = 96
#: Control characters that no text has: all but tab, line ends, form feed, escape, backspace and the end mark of DOS.
_CONTROLS = bytes(sorted({*range(32), 127} - set(b"\b\t\n\r\f\x1a\x1b")))

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: So much of a text is looked at for what it is.
_LOOKED_AT = 4096

#: What makes browsers take a content for HTML (WHATWG, MIME Sniffing, 7.1), without the shortest ones, which other
#: texts begin with too.
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|style|title|body|br|meta|hta:application|a\s)"
    rb"[\s>/]?",
    re.IGNORECASE,
)
_HTML_FURTHER_ON = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|hta:application)[\s>]", re.IGNORECASE)
_COMMENT = re.compile(rb"\s*<!--.*?-->\s*", re.DOTALL)

_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]")
#: Header fields of messages (RFC 5322, 3.6; RFC 2045). Two different ones make a message.
_MAIL_FIELD = re.compile(
    rb"^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-type|reply-to|"
    rb"content-transfer-encoding|dkim-signature|x-mailer|x-originating-ip):",
    re.IGNORECASE | re.MULTILINE,
)
#: The line between the messages of a mailbox: an address, then a day of the week (RFC 4155, appendix A).
_MBOX = re.compile(rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ,]")
#: Texts that are scripts by their first words.
_SCRIPT = re.compile(
    rb"#!|@echo\s|@?rem\s|<\?php|<%@|<job[\s>]|<package[\s>]|option explicit|on error resume next|"
    rb"set-executionpolicy|import-module\s",
    re.IGNORECASE,
)

#: First characters of a text that is in no language above, unless a field of a message stands there.
_PLAIN_LETTERS = frozenset(range(33, 127)) - frozenset(b"<{F#@rRoOsSiI")


def is_text(head: bytes) -> bool:
    """Say whether a content that begins so is text, in any encoding."""
    if 0 in head[:_NO_NUL]:
        return head.startswith(_UTF16_MARKS) or _is_utf16(head)
    start = head[:_NO_CONTROLS]
    return bool(start) and len(start.translate(None, _CONTROLS)) == len(start)


def _is_utf16(head: bytes) -> bool:
    """Say whether every other byte is NUL and the others are ASCII text: UTF-16 that does not say so."""
    start = head[:64]
    if len(start) < 16:
        return False
    for letters, zeros in ((start[::2], start[1::2]), (start[1::2], start[::2])):
        if not any(zeros) and letters.isascii() and len(letters.translate(None, _CONTROLS)) == len(letters):
            return True
    return False


def text_types(head: bytes) -> list[FileType]:
    """Return what a text is, `FileType.TEXT` last."""
    if head[0] in _PLAIN_LETTERS and not _FIELD.match(head):
        return [FileType.TEXT]  # most texts
    text = _plain(head)
    found = _languages(text)
    if _SCRIPT.match(text):
        found.append(FileType.SCRIPT)
    found.append(FileType.TEXT)
    return found


def _languages(text: bytes) -> list[FileType]:
    first = text[:1]
    if first == b"<":
        return _markup(text)
    if text.startswith(b"{\\rt"):
        return [FileType.RTF]
    if first == b"F" and _MBOX.match(text):
        return [FileType.MBOX]
    return [FileType.EMAIL] if _FIELD.match(text) and _is_mail(text) else []


def _plain(head: bytes) -> bytes:
    """Return the beginning of a text as ASCII without blanks in front, whatever its encoding."""
    text = head[:_LOOKED_AT]
    if text.startswith(_UTF16_MARKS) or b"\0" in text[:16]:
        text = text[text.startswith(_UTF16_MARKS) * 2 :].replace(b"\0", b"")
    elif text.startswith(_UTF8_MARK):
        text = text[3:]
    return text.lstrip()


def _markup(text: bytes) -> list[FileType]:
    found = []
    while (comment := _COMMENT.match(text)) is not None:
        text = text[comment.end() :]
    if text[:5].lower() == b"<?xml":
        found.append(FileType.XML)
        if _HTML_FURTHER_ON.search(text):
            found.insert(0, FileType.HTML)
    elif _HTML.match(text):
        found.append(FileType.HTML)
    elif text.startswith(b"<") and text[1:2].isalpha():
        found.append(FileType.XML)
    return found


def _is_mail(text: bytes) -> bool:
    header = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    return len({field[1].lower() for field in _MAIL_FIELD.finditer(header)}) >= 2
