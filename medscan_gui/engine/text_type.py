"""Texts by their own bytes: plain, or in a language that something opens or runs."""

import re
from collections.abc import Callable

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

#: What makes browsers take a content for HTML: more than WHATWG, MIME Sniffing, 7.1, has, for they go by names too.
_HTML = re.compile(
    rb"<(?:!doctype\s|html|head|script|iframe|h[1-6][\s>]|div|font|table|style|title|body|br|meta|hta:application|"
    rb"(?:[aibpu]|img|svg|center|form|input|object|embed|applet|link|base|frame|frameset|span|ul|ol|li|dl|pre|hr|"
    rb"strong|em|section|article|main|nav|header|footer|button|canvas|video|audio|math|template|noscript|marquee|"
    rb"details|input|label|select|textarea|map|area|picture|source)[\s>/])",
    re.IGNORECASE,
)
_HTML_FURTHER_ON = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|svg|hta:application)[\s>]", re.IGNORECASE)
_COMMENT = re.compile(rb"\s*<!--.*?-->\s*", re.DOTALL)

#: What a header may begin with (RFC 5322, 2.2, without its limits: readers keep to none).
_FIELD = re.compile(rb"[A-Za-z0-9_-][!-9;-~]{0,4096}+[ \t]*:")
#: A header is searched so far for fields that tell of a message.
_HEADER_BYTES = 64 << 10
_HEADER_END = re.compile(rb"\n\r?\n")
#: One of these makes a message: what follows is written in a way of its own (RFC 2045, 5 and 6).
_ENOUGH = re.compile(rb"\n(?:content-transfer-encoding[ \t]*:|content-type[ \t]*:\s*[\"']?(?:multipart|message)/)")
#: Header fields of messages (RFC 5322, 3.6; RFC 2045). Two different ones make a message.
_MAIL_FIELD = re.compile(
    rb"\n(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-type|reply-to|"
    rb"dkim-signature|x-mailer|x-originating-ip|cc|bcc|sender|newsgroups|content-disposition)[ \t]*:"
)
#: All messages have one of these: most texts have none.
_MOST_FIELDS = (b"\ncontent-", b"\nfrom", b"\nsubject", b"\nmime", b"\nreceived", b"\nto", b"\ndate", b"\nmessage-")
#: The line between the messages of a mailbox: an address, then a day of the week (RFC 4155, appendix A).
_MBOX = re.compile(rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ,]")
_FROM_LINE = re.compile(rb">?From [^\r\n]{0,1000}(?:\r\n|\r|\n)")
#: Texts that are scripts by their first words.
_SCRIPT = re.compile(
    rb"#!|@echo\s|@?rem\s|<\?php|<%@|<job[\s>]|<package[\s>]|option explicit|on error resume next|"
    rb"set-executionpolicy|import-module\s",
    re.IGNORECASE,
)

#: First characters of a text that is in no language above.
_PLAIN_LETTERS = frozenset(range(33, 127)) - frozenset(b"<{#@rRoOsSiI")
#: What readers of messages pass over in front: blanks, the mark of UTF-8.
_BEFORE_MESSAGES = frozenset({_UTF8_MARK[:1], *(bytes([code]) for code in b" \t\r\n\v\f")})
#: Contents shorter than this were given wholly.
_HEAD_FULL = 36 << 10


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
    """Return what a text is, `FileType.TEXT` last. Messages are told by `is_message`."""
    if head[0] in _PLAIN_LETTERS:
        return [FileType.TEXT]  # most texts
    text = _plain(head)
    found = _languages(text)
    if _SCRIPT.match(text):
        found.append(FileType.SCRIPT)
    found.append(FileType.TEXT)
    return found


def _languages(text: bytes) -> list[FileType]:
    if text.startswith(b"<"):
        return _markup(text)
    return [FileType.RTF] if text.startswith(b"{\\rt") else []


def _plain(head: bytes) -> bytes:
    """Return the beginning of a text as ASCII without blanks in front, whatever its encoding."""
    text = head[:_LOOKED_AT]
    if text.isspace():
        text = head  # blanks in front are passed over, however many
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
    elif _HTML.match(text) or text.startswith(b"<!--"):
        found.append(FileType.HTML)
    elif text.startswith(b"<") and text[1:2].isalpha():
        found.append(FileType.XML)
    return found


def message_type(head: bytes, more: Callable[[int, int], bytes] | None) -> FileType | None:
    """Return what a content is that begins with a header of fields, or with the line of a mailbox, if it does.

    `more` gives what follows `head`, by place and size. Also for what is no text: readers of messages mind no
    characters, and those of mailboxes no dates.
    """
    if _FIELD.match(head) is None and not head.startswith((b"From ", b">From ")):
        if head[:1] not in _BEFORE_MESSAGES:
            return None  # most contents
        head = head.removeprefix(_UTF8_MARK).lstrip()
        if _FIELD.match(head) is None:
            return None
    if line := _FROM_LINE.match(head):
        if _MBOX.match(head) or _is_mail(head[line.end() :], more):
            return FileType.MBOX
        return None
    return FileType.EMAIL if _is_mail(head, more) else None


def _is_mail(head: bytes, more: Callable[[int, int], bytes] | None) -> bool:
    text = _as_lines(head)
    end = _HEADER_END.search(text)
    if end is None and more is not None and len(head) >= _HEAD_FULL:
        text = _as_lines(head + more(len(head), _HEADER_BYTES - len(head)))
        end = _HEADER_END.search(text)
    header = text[: end.start()] if end else text
    if not any(field in header for field in _MOST_FIELDS):
        return False
    if b"\ncontent-t" in header and _ENOUGH.search(header):
        return True
    return len({field[1] for field in _MAIL_FIELD.finditer(header)}) >= 2


def _as_lines(text: bytes) -> bytes:
    if b"\r" in text[:_LOOKED_AT] and b"\n" not in text[:_LOOKED_AT]:
        text = text.replace(b"\r", b"\n")
    return b"\n" + text.lower()
