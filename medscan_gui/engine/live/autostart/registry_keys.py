"""Keys of the registry of Windows by which something starts, and what their values mean. Pure."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Registry(Protocol):
    r"""The registry, read only. Keys begin with ``HKLM`` or ``HKU\<user>``. Raises OSError for what is not there."""

    def keys(self, key: str) -> list[str]:
        """Return the names of the keys within a key."""

    def values(self, key: str) -> list[tuple[str, bytes]]:
        """Return name and content of the values of a key: texts in UTF-8, several ones one on each line."""


class _Where(NamedTuple):
    """Values of a key, or (`*` in its path) of all keys in its place; all values if none are named."""

    key: str
    values: tuple[str, ...] = ()


_SOFTWARE = ("SOFTWARE", "SOFTWARE\\WOW6432Node")
_VERSION = "\\Microsoft\\Windows\\CurrentVersion"
_NT = "\\Microsoft\\Windows NT\\CurrentVersion"
_CONTROL = "SYSTEM\\CurrentControlSet\\Control"

#: For the computer and for each user alike.
_BOTH = tuple(
    where
    for software in _SOFTWARE
    for where in (
        *(
            _Where(f"{software}{_VERSION}\\{name}")
            for name in ("Run", "RunOnce", "RunOnceEx", "RunOnceEx\\*", "RunServices", "RunServicesOnce")
        ),
        _Where(f"{software}{_VERSION}\\Policies\\Explorer\\Run"),
        _Where(f"{software}{_VERSION}\\Policies\\System", ("Shell",)),
        _Where(f"{software}{_NT}\\Winlogon", ("Shell", "Userinit", "Taskman", "VmApplet", "AppSetup", "GinaDLL")),
        _Where(f"{software}{_NT}\\Windows", ("AppInit_DLLs", "Load", "Run", "IconServiceLib")),
        _Where(f"{software}\\Microsoft\\Active Setup\\Installed Components\\*", ("StubPath",)),
        _Where(f"{software}\\Microsoft\\Command Processor", ("AutoRun",)),
    )
)
_COMPUTER = (
    *_BOTH,
    *(
        where
        for software in _SOFTWARE
        for where in (
            _Where(f"{software}{_NT}\\Image File Execution Options\\*", ("Debugger", "VerifierDlls")),
            _Where(f"{software}{_NT}\\SilentProcessExit\\*", ("MonitorProcess",)),
            _Where(f"{software}{_NT}\\Winlogon\\Notify\\*", ("DLLName",)),
        )
    ),
    _Where("SYSTEM\\CurrentControlSet\\Services\\*", ("ImagePath",)),
    _Where("SYSTEM\\CurrentControlSet\\Services\\*\\Parameters", ("ServiceDll",)),
    _Where(f"{_CONTROL}\\Print\\Monitors\\*", ("Driver",)),
    _Where(f"{_CONTROL}\\Print\\Providers\\*", ("Name",)),
    _Where(f"{_CONTROL}\\Lsa", ("Authentication Packages", "Notification Packages", "Security Packages")),
    _Where(f"{_CONTROL}\\Lsa\\OSConfig", ("Security Packages",)),
    _Where(f"{_CONTROL}\\SecurityProviders", ("SecurityProviders",)),
    _Where(f"{_CONTROL}\\NetworkProvider\\Order", ()),
    _Where(f"{_CONTROL}\\Session Manager", ("BootExecute", "SetupExecute", "Execute")),
    _Where(f"{_CONTROL}\\Session Manager\\AppCertDlls"),
    _Where(f"{_CONTROL}\\Terminal Server\\Wds\\rdpwd", ("StartupPrograms",)),
    _Where(f"{_CONTROL}\\SafeBoot", ("AlternateShell",)),
)
_USER = (*_BOTH, _Where("Environment", ("UserInitMprLogonScript",)))


class Value(NamedTuple):
    """One value by which something starts."""

    key: str
    name: str
    content: bytes


def starting_values(registry: Registry) -> Iterator["Value | tuple[str, OSError]"]:
    """Yield every value by which something starts, and each key that could not be read, with the reason."""
    yield from _of_hive(registry, "HKLM", _COMPUTER)
    try:
        users = registry.keys("HKU")
    except OSError as error:
        yield "HKU", error
        return
    for user in users:
        if not user.lower().endswith("_classes"):
            yield from _of_hive(registry, f"HKU\\{user}", _USER)


def _of_hive(
    registry: Registry, hive: str, places: tuple[_Where, ...]
) -> Iterator["Value | tuple[str, OSError]"]:
    for place in places:
        before, star, behind = place.key.partition("\\*")
        key = f"{hive}\\{before}"
        try:
            keys = [f"{key}\\{name}{behind}" for name in registry.keys(key)] if star else [key]
        except OSError as error:
            if not _is_missing(error):
                yield key, error
            continue
        for one in keys:
            yield from _of_key(registry, one, place.values)


def _of_key(registry: Registry, key: str, names: tuple[str, ...]) -> Iterator["Value | tuple[str, OSError]"]:
    try:
        values = registry.values(key)
    except OSError as error:
        if not _is_missing(error):
            yield key, error
        return
    wanted = {name.lower() for name in names}
    for name, content in values:
        if content and (not wanted or name.lower() in wanted):
            yield Value(key, name, content)


def _is_missing(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError)
