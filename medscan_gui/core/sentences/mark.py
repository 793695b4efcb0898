"""The mark by which translators' tools find our sentences."""


def N_(msgid: str) -> str:  # noqa: N802  # gettext's customary name for "translate later"
    """Mark `msgid` for translation where it cannot be translated yet."""
    return msgid
