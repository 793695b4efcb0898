"""What a content is looked at for beside the rules: deceptions of its name, and lists of digests."""

from medscan_gui.engine.forms import NO_FACTS, Facts, deceptions
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.match.hashes import HashMatcher
from medscan_gui.engine.unpack.source import Source


def beside_rules(source: Source, hashes: HashMatcher | None, facts: Facts = NO_FACTS) -> list[RuleMatch]:
    """Return what is found of a content, once for each. Raises OSError if it cannot be read."""
    found = deceptions(source.name, source.types, lambda most: source.read_at(0, most), facts)
    return found + hashes.matches(source) if hashes is not None else found
