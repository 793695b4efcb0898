"""Settings: the program's own, overlaid by the machine's policy, overlaid by the operator's file.

One JSON file each. What a newer program wrote and this one does not know is kept. A file that
cannot be read is set aside, never overwritten; a value that is not allowed falls back alone.
Ages of signatures and the quarantine's time that the policy states bind: the operator may be stricter than the
hospital, never laxer.
"""

import json
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Protocol, Self, get_type_hints

import msgspec

from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import shown
from medscan_gui.store.files import free_name, sync_folder

SETTINGS_NAME = "settings.json"
MAX_BYTES = 1024 * 1024
"""A settings file has some hundred bytes; more than this is no settings file."""

_Text = Annotated[str, msgspec.Meta(max_length=200)]
MAX_DAYS = 365
"""Highest age of signatures that anybody may allow: after a year without new rules BLUE means nothing."""
_Days = Annotated[int, msgspec.Meta(ge=0, le=MAX_DAYS)]
MAX_QUARANTINE_DAYS = 3650
"""Longest time for which quarantined files can be kept from being destroyed: ten years."""


def _says(what: str) -> msgspec.Meta:
    return msgspec.Meta(description=what)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set. Each field says what it does, and which values are allowed."""

    language: Annotated[Literal["", "fr", "en"], _says("Language of all words; empty: the system's.")] = ""
    theme: Annotated[
        Literal["system", "light", "dark"], _says("Colours of the window; 'system' follows the desktop.")
    ] = "system"
    operator_default: Annotated[_Text, _says("Operator filled in when a scan is prepared.")] = ""
    department_default: Annotated[_Text, _says("Department filled in for a device that is new.")] = ""
    hospital_name: Annotated[_Text, _says("Name of the hospital at the head of reports.")] = ""
    kit: Annotated[_Text, _says("Number of this MedScan key or station, kept in every record.")] = ""
    fresh_days: Annotated[
        _Days,
        _says(
            "Signatures up to this many days old are up to date; at most 365, and never more than the machine's "
            "policy states."
        ),
    ] = 7
    ageing_days: Annotated[
        _Days,
        _says(
            "Signatures up to this many days old are ageing, older ones old; at most 365, and never more than the "
            "machine's policy states."
        ),
    ] = 30
    old_days: Annotated[
        _Days,
        _says(
            "Signatures older than this many days: a scan without threat is no longer blue but amber; at most 365, "
            "and never more than the machine's policy states."
        ),
    ] = 90
    quarantine_days: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=MAX_QUARANTINE_DAYS)],
        _says(
            "Days that a quarantined file is kept before it can be destroyed; at most 3650, and never fewer than the "
            "machine's policy states."
        ),
    ] = 90
    sound: Annotated[bool, _says("Play a sound when a scan has ended.")] = True
    reports_dir: Annotated[
        Annotated[str, msgspec.Meta(max_length=4096)],
        _says("Folder in which reports are first offered to be saved; empty: the usual one."),
    ] = ""
    passwords: Annotated[
        Annotated[tuple[_Text, ...], msgspec.Meta(max_length=50)],
        _says("Passwords that are tried on locked archives and documents; those of samples are often 'infected'."),
    ] = ()
    skip_unchanged: Annotated[
        bool,
        _says(
            "Do not read files again that are unchanged since they were last found clean with the same signatures "
            "(fixed disks of Linux only; docs/engine.md says what this cannot see)."
        ),
    ] = False
    second_engines: Annotated[
        tuple[Literal["clamav", "defender"], ...],
        _says("Other engines that give a second opinion after each scan, where they are found: clamav, defender."),
    ] = ()
    workers: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=64)],
        _says("Engine processes that scan side by side; 0: as many as there are processor cores."),
    ] = 0


class Places(Protocol):
    """Where settings lie; `system.paths.Paths` is one."""

    @property
    def data_dir(self) -> Path:
        """Folder of the operator's settings file."""

    @property
    def policy_file(self) -> Path:
        """The machine's settings, set by its administrator."""


class SettingsError(MedScanError):
    """The settings could not be saved."""


_FIELDS = get_type_hints(Settings, include_extras=True)
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in msgspec.structs.fields(Settings)}
_AGES = ("fresh_days", "ageing_days", "old_days")
_RETENTIONS = ("quarantine_days",)


class _Bounds(NamedTuple):
    """What the policy states about some settings: the highest ages, the shortest retentions."""

    highest: Mapping[str, int]
    lowest: Mapping[str, int]

    @classmethod
    def of(cls, values: Mapping[str, Any], stated: Collection[str]) -> Self:
        """Return the bounds that the `values` of the `stated` settings are."""
        return cls(*({name: values[name] for name in names if name in stated} for names in (_AGES, _RETENTIONS)))

    def within(self, name: str, value: int) -> int:
        """Return the allowed value that is nearest."""
        value = min(value, self.highest.get(name, value))
        return max(value, self.lowest.get(name, value))


_NO_BOUNDS = _Bounds({}, {})


def _now() -> datetime:
    return datetime.now(UTC)


class SettingsStore:
    """The settings in use and their file. `problems` are to be shown to the operator."""

    def __init__(self, places: Places, clock: Callable[[], datetime] = _now) -> None:
        self._path = places.data_dir / SETTINGS_NAME
        self._policy_path = places.policy_file
        self._clock = clock
        self._raw: dict[str, Any] = {}
        self._base: dict[str, Any] = dict(_DEFAULTS)
        self._bounds = _NO_BOUNDS
        self._unreadable = False
        self.problems: tuple[Message, ...] = ()
        self.current = Settings()
        self.load()

    @property
    def problem(self) -> Message | None:
        """The first problem, or None."""
        return self.problems[0] if self.problems else None

    @property
    def policy(self) -> dict[str, Any]:
        """What the machine's administrator set, where it differs from the program's own or binds the operator."""
        binding = self._bounds.highest.keys() | self._bounds.lowest.keys()
        return {name: value for name, value in self._base.items() if value != _DEFAULTS[name] or name in binding}

    def load(self) -> Settings:
        """Read policy and settings again. Never raises: what cannot be used is in `problems`."""
        problems: list[Message] = []
        self._base = dict(_DEFAULTS)
        try:
            policy = _read(self._policy_path)
        except (OSError, ValueError):
            policy = {}
            problems.append(Message.of("settings.policy_broken", file=shown(str(self._policy_path), 200)))
        bad = _overlay(self._base, policy)
        self._bounds = _Bounds.of(self._base, policy.keys() - set(bad))
        self._raw = self._read_own(problems)
        values = dict(self._base)
        bad += _overlay(values, self._raw, self._bounds)
        if bad:
            problems.append(Message.of("settings.bad_values", fields=", ".join(dict.fromkeys(bad))))
        self.problems = tuple(problems)
        self.current = Settings(**values)
        return self.current

    def _read_own(self, problems: list[Message]) -> dict[str, Any]:
        self._unreadable = False
        try:
            return _read(self._path)
        except (OSError, ValueError):
            self._unreadable = True
        if aside := self._set_aside():
            problems.append(Message.of("settings.broken", file=shown(aside, 200)))
        else:
            problems.append(Message.of("settings.broken_kept", file=shown(str(self._path), 200)))
        return {}

    def _set_aside(self) -> str:
        """Rename the unreadable file; return its new name, or "" if the folder does not allow it."""
        target = free_name(self._path.with_name(f"settings-broken-{self._clock():%Y%m%d-%H%M%S}.json"))
        try:
            self._path.rename(target)
        except OSError:
            return ""
        self._unreadable = False
        return target.name

    def save(self, settings: Settings) -> None:
        """Use `settings` from now on and write them. Raises SettingsError; they are in use all the same.

        Only what differs from defaults and policy is written, so that a later policy still reaches the rest.
        Ages beyond the policy's are lowered to it, shorter retentions raised to it.
        """
        bound = {name: self._bounds.within(name, getattr(settings, name)) for name in (*_AGES, *_RETENTIONS)}
        settings = msgspec.structs.replace(settings, **bound)
        self.current = settings
        values = msgspec.structs.asdict(settings)
        kept = {key: value for key, value in self._raw.items() if key not in values}
        own = {key: value for key, value in values.items() if key in self._raw or value != self._base[key]}
        try:
            if self._unreadable and not self._set_aside():
                raise PermissionError("the unreadable settings could not be set aside")
            _replace(self._path, kept | own)
        except OSError as error:
            folder = shown(str(self._path.parent), 200)
            raise SettingsError(Message.of("settings.not_saved", folder=folder)) from error
        self._raw = kept | own


def _read(path: Path) -> dict[str, Any]:
    """Return a file's object; {} if there is no file. Raises OSError, ValueError."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    if len(data) > MAX_BYTES:
        raise ValueError("too large")
    try:
        document = json.loads(data.decode("utf-8-sig"))  # Notepad puts a mark in front
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004  # wrong content, not a wrong type of ours
    return document


def _overlay(values: dict[str, Any], given: Mapping[str, Any], bounds: _Bounds = _NO_BOUNDS) -> list[str]:
    """Put the allowed ones of `given` over `values`; return the names of those that are not allowed."""
    bad = []
    before = {name: values[name] for name in _AGES}
    for name in _FIELDS.keys() & given.keys():
        try:
            values[name] = _checked(name, given[name], bounds)
        except ValueError:
            bad.append(name)
    if not values["fresh_days"] <= values["ageing_days"] <= values["old_days"]:
        values.update(before)
        bad.extend(_AGES)
    return sorted(set(bad))


def _checked(name: str, value: object, bounds: _Bounds) -> object:
    checked: object = msgspec.convert(value, _FIELDS[name])
    if isinstance(checked, int) and bounds.within(name, checked) != checked:
        raise ValueError("laxer than the policy")
    if isinstance(checked, str):
        checked.encode()  # half a character cannot be recorded later; UnicodeEncodeError is a ValueError
    return checked


def _replace(path: Path, document: Mapping[str, Any]) -> None:
    """Write the file whole or not at all."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new-{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as stream:
            stream.write(text.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def described() -> Iterator[tuple[str, str]]:
    """Yield each setting's name and what it does."""
    for name, hint in _FIELDS.items():
        metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
        yield name, next((meta.description for meta in metas if meta.description), "")
