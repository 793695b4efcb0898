"""Column titles of the tables (CSV) that leave for spreadsheets."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "column.severity": N_("Severity"),
    "column.family": N_("Family"),
    "column.rule": N_("Rule"),
    "column.author": N_("Author of the rule"),
    "column.where": N_("Where it lies"),
    "column.sha256": N_("SHA-256"),
    "column.size": N_("Size in bytes"),
    "column.state": N_("State"),
    "column.description": N_("Description"),
    "column.reference": N_("Reference"),
    "column.rule_file": N_("Rule file"),
    "column.outcome": N_("What became of it"),
    "column.cause": N_("Why"),
    "column.detail": N_("Technical detail"),
    "column.scan": N_("Scan"),
    "column.started": N_("Start (UTC)"),
    "column.ended": N_("End (UTC)"),
    "column.light": N_("Light"),
    "column.result": N_("Result"),
    "column.threats": N_("Threats found"),
    "column.not_read": N_("Items not read"),
    "column.device": N_("Device"),
    "column.asset_number": N_("Asset number"),
    "column.department": N_("Department"),
    "column.operator": N_("Operator"),
    "column.target": N_("Target"),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
