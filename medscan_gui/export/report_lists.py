"""The long lists of a report: threats grouped by rule, unread items grouped by reason, both bounded.

A report is read by people: past some hundred lines more of them say less. What is left out is
counted in a sentence, and the attached record holds all of it.
"""

from collections import Counter
from collections.abc import Iterator

from medscan_gui.core.coverage import is_accepted
from medscan_gui.core.finding import Finding, ItemProblem, worst_first
from medscan_gui.core.names import shown_chain
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import grouped
from medscan_gui.core.words import READ_OUTCOMES, SEVERITY_ORDER, Cause, Fate, Outcome, Severity
from medscan_gui.export.figures import size_text
from medscan_gui.export.model import ProblemGroup, ProblemItem, RuleGroup, SeverityCount, ThreatFile
from medscan_gui.export.speaker import Speaker

#: Rules listed, files listed for one rule, and files listed in all.
RULES_LISTED = 60
FILES_PER_RULE = 100
FILES_LISTED = 400
#: Unread items listed for one reason, and in all.
ITEMS_PER_REASON = 60
ITEMS_LISTED = 300
#: Longest name in a list, in characters: about five lines.
NAME_LIMIT = 400
#: Longest text of a rule's author, description or reference.
RULE_TEXT_LIMIT = 400


_Reason = tuple[Outcome, Cause]
_FATE_ORDER = {Fate.IN_PLACE: 0, Fate.REMOVED: 1, Fate.ACCEPTED: 2}


def severity_counts(record: ScanRecord, voice: Speaker) -> tuple[SeverityCount, ...]:
    """Return how many threats there are of each severity, worst first."""
    counts = Counter(found.severity for found in record.findings)
    return tuple(
        SeverityCount(severity.value, voice.say(f"severity.{severity.value}"), grouped(counts[severity]))
        for severity in Severity
        if counts[severity]
    )


def rule_groups(record: ScanRecord, voice: Speaker) -> tuple[tuple[RuleGroup, ...], str]:
    """Return the threats grouped by rule, worst first, and the sentence about those left out ("" if none)."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for found in worst_first(record.findings):
        by_rule.setdefault((found.rule_file, found.rule), []).append(found)
    groups = sorted(map(_left_first, by_rule.values()), key=_group_order)
    room = FILES_LISTED
    listed = []
    for group in groups[:RULES_LISTED]:
        # At least one file each: a rule without any place would be no help to anyone.
        take = max(1, min(FILES_PER_RULE, room))
        listed.append(_rule_group(group, take, voice))
        room -= min(take, len(group))
    left_out = []
    if unlisted := sum(map(len, groups[RULES_LISTED:])):
        left_out.append(voice.say("report.more_rules", count=unlisted))
    if record.findings_left_out:
        left_out.append(voice.say("report.uncounted_threats", count=record.findings_left_out))
    return tuple(listed), " ".join(left_out)


def _left_first(group: list[Finding]) -> list[Finding]:
    """Return the findings of a rule, those that are still there first: a bounded list must name them."""
    return sorted(group, key=lambda found: _FATE_ORDER[found.fate])


def _group_order(group: list[Finding]) -> tuple[bool, int, int, str]:
    first = group[0]
    return (first.fate is not Fate.IN_PLACE, SEVERITY_ORDER[first.severity], -len(group), first.rule)


def _rule_group(group: list[Finding], take: int, voice: Speaker) -> RuleGroup:
    first = group[0]
    rest = len(group) - take
    return RuleGroup(
        title=voice.data(first.family or first.rule),
        severity=first.severity.value,
        severity_word=voice.say(f"severity.{first.severity.value}"),
        rule=voice.data(f"{first.rule} ({first.rule_file})" if first.rule_file else first.rule, NAME_LIMIT),
        author=voice.data(first.author, RULE_TEXT_LIMIT) or voice.say("report.unknown"),
        description=voice.data(first.description, RULE_TEXT_LIMIT),
        reference=voice.data(first.reference, RULE_TEXT_LIMIT),
        files=voice.say("report.files_matched", count=len(group)),
        listed=tuple(_threat_file(found, voice) for found in group[:take]),
        left_out=voice.say("report.more_threats", count=rest) if rest > 0 else "",
    )


def _threat_file(found: Finding, voice: Speaker) -> ThreatFile:
    return ThreatFile(
        where=voice.data(shown_chain(found.chain), NAME_LIMIT),
        sha256=voice.data(found.sha256, 64).replace("\u200b", ""),
        size=size_text(found.size, voice.words),
        state=voice.say(f"report.state.{found.fate.value}"),
        fate=found.fate.value,
        notes=tuple(_notes(found, voice)),
    )


def _notes(found: Finding, voice: Speaker) -> Iterator[str]:
    if found.why is not None:
        yield voice.reason(found.why)
    if found.entry:
        yield voice.told("report.in_quarantine", entry=found.entry)


def problem_groups(record: ScanRecord, voice: Speaker) -> tuple[tuple[ProblemGroup, ...], str]:
    """Return the unread items grouped by reason, most frequent first, and what is said about names not kept."""
    named: dict[_Reason, list[ItemProblem]] = {}
    for problem in record.problems:
        named.setdefault((problem.outcome, problem.cause), []).append(problem)
    # The coverage counts every item, the record names some: the larger number is the true one.
    counts = {reason: len(problems) for reason, problems in named.items()}
    for line in record.coverage.lines:
        if line.outcome not in READ_OUTCOMES and not is_accepted(line.outcome, line.cause) and line.items:
            reason = (line.outcome, line.cause)
            counts[reason] = max(line.items, counts.get(reason, 0))
    room = ITEMS_LISTED
    groups = []
    for reason in sorted(counts, key=lambda reason: (-counts[reason], reason)):
        problems = named.get(reason, [])
        take = max(1, min(ITEMS_PER_REASON, room))
        groups.append(_problem_group(reason, problems, counts[reason], take, voice))
        room -= min(take, len(problems))
    missing = record.problems_left_out
    return tuple(groups), voice.say("report.uncounted_names", count=missing) if missing else ""


def _problem_group(reason: _Reason, problems: list[ItemProblem], count: int, take: int, voice: Speaker) -> ProblemGroup:
    outcome, cause = reason
    words = voice.say(f"outcome.{outcome.value}")
    if cause is not Cause.NONE:
        words = voice.say("report.outcome_cause", outcome=words, cause=voice.say(f"cause.{cause.value}"))
    rest = len(problems) - take
    ordered = sorted(problems, key=lambda problem: problem.chain)[:take]
    return ProblemGroup(
        reason=words[:1].upper() + words[1:],
        items=voice.say("report.items_counted", count=count),
        listed=tuple(
            ProblemItem(voice.data(shown_chain(problem.chain), NAME_LIMIT), voice.data(problem.detail))
            for problem in ordered
        ),
        left_out=voice.say("report.more_problems", count=rest) if rest > 0 else "",
    )
