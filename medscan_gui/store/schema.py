"""Tables of the journal.

`entries` is the journal: append-only, made by the migrations. Every other table is an index that is
derived from the entries and can be thrown away and rebuilt (`store.index`).
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

#: "MdSc" in the header of the file: tells our journals from any other SQLite file.
APPLICATION_ID = 0x4D645363

journal_tables = MetaData()

entries = Table(
    "entries",
    journal_tables,
    Column("sequence", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

index_tables = MetaData()

#: One row: which form of the index this is, and up to which entry it goes.
index_state = Table(
    "index_state",
    index_tables,
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

scans = Table(
    "index_scans",
    index_tables,
    Column("scan_id", Text, primary_key=True),
    #: The entry that began the scan (or that ended it, if the beginning was not recorded): the order of lists.
    Column("sequence", Integer, nullable=False),
    Column("end_sequence", Integer),
    Column("started", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    #: What makes two targets the same place (`open_threats.target_key`).
    Column("target_key", LargeBinary, nullable=False),
    Column("light", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("stop", Text, nullable=False),
    Column("threats", Integer, nullable=False),
    Column("not_read", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    #: The scan and the clean-up that this one verifies; "" for an ordinary scan.
    Column("follows", Text, nullable=False),
    Column("action", Text, nullable=False),
    #: Local day (ISO date) of a scan that ran to its end and counts for what is due next; "" for others.
    Column("day", Text, nullable=False),
    Column("search", Text, nullable=False),
    Index("index_scans_order", "sequence"),
    Index("index_scans_device", "device_id", "sequence"),
    Index("index_scans_light", "light", "sequence"),
)

devices = Table(
    "index_devices",
    index_tables,
    Column("device_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("asset_number", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("make", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("serial", Text, nullable=False),
    #: The last entry that named this device.
    Column("sequence", Integer, nullable=False),
    #: The operator saved it: what a scan says of it no longer replaces that.
    Column("saved", Integer, nullable=False),
    Column("asset_key", Text, nullable=False, index=True),
    Column("serial_key", Text, nullable=False, index=True),
    Column("make_key", Text, nullable=False),
    Column("model_key", Text, nullable=False),
    Column("search", Text, nullable=False),
)

findings = Table(
    "index_findings",
    index_tables,
    Column("scan_id", Text, nullable=False, index=True),
    Column("device_id", Text, nullable=False, index=True),
    Column("search", Text, nullable=False),
)

#: Threats that no later complete scan of the same place has found gone.
open_threats = Table(
    "index_open_threats",
    index_tables,
    Column("device_id", Text, primary_key=True),
    Column("target_key", LargeBinary, primary_key=True),
    Column("target", LargeBinary, nullable=False),
    Column("threats", Integer, nullable=False),
    #: Which scans and restorations that number comes from, as JSON (`open_threats.Source`).
    Column("sources", LargeBinary, nullable=False),
)

actions = Table(
    "index_actions",
    index_tables,
    Column("action_id", Text, primary_key=True),
    #: The entry that began the action (or that ended it, if the beginning was not recorded).
    Column("sequence", Integer, nullable=False),
    Column("end_sequence", Integer),
    Column("kind", Text, nullable=False),
    Column("started", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("scan_id", Text, nullable=False, index=True),
    Column("operator", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("stop", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("not_done", Integer, nullable=False),
    Column("uncertain", Integer, nullable=False),
    Column("search", Text, nullable=False),
    Index("index_actions_order", "sequence"),
    Index("index_actions_device", "device_id", "sequence"),
)

action_items = Table(
    "index_action_items",
    index_tables,
    Column("action_id", Text, nullable=False, index=True),
    Column("search", Text, nullable=False),
)

# The three tables below name, for each key, the entry that counts. What that entry says is read from
# the entry itself, whose hash is checked: no list can make a file accepted or a device's card another.

acceptances = Table(
    "index_acceptances",
    index_tables,
    Column("sha256", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

#: A card of one device has its id and no keys; a card of a model has keys and no id.
cards = Table(
    "index_cards",
    index_tables,
    Column("device_id", Text, primary_key=True),
    Column("make_key", Text, primary_key=True),
    Column("model_key", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    #: 0: the card was taken away.
    Column("present", Integer, nullable=False),
    Column("next_scan", Text, nullable=False),
    Column("interval_days", Integer, nullable=False),
    #: Day on which the card was saved (ISO date); "" if its time makes no sense.
    Column("saved_day", Text, nullable=False),
)

steps = Table(
    "index_steps",
    index_tables,
    Column("scan_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

#: The tables that name the latest entry of each key.
LATEST = (acceptances, cards, steps)

suggestions = Table(
    "index_suggestions",
    index_tables,
    Column("field", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("folded", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
)
