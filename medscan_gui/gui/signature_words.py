"""The age of the signatures in words: always shown, never in the way."""

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.record import SignatureFacts
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.phrases import days_old

_LONGEST = 60


def age_line(facts: SignatureFacts | None) -> str:
    """Return the age of the signatures alone."""
    if facts is None or not facts.digest or facts.clock_doubtful:
        return signature_line(facts)
    word = current().sentence(Message.of(f"age.{facts.age.value}"))
    return _("Signatures: {age}, {word}").format(age=days_old(facts.age_days), word=word)


def signature_line(facts: SignatureFacts | None) -> str:
    """Return version and age of the signatures; None while they are still being checked."""
    if facts is None:
        return _("Checking the signatures…")
    if not facts.digest:
        return _("The signatures cannot be used.")
    version = shown(facts.version, _LONGEST)
    if facts.clock_doubtful:
        return _("Signatures {version} · age unknown: check this computer’s clock").format(version=version)
    word = current().sentence(Message.of(f"age.{facts.age.value}"))
    return _("Signatures {version} · {age} · {word}").format(
        version=version, age=days_old(facts.age_days), word=word
    )
