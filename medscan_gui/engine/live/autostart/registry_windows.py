"""The registry of the running Windows, through the calls that read it."""
# ruff: noqa: E402  # what follows the platform's name is not looked at on other platforms

import sys

assert sys.platform == "win32"  # noqa: S101

import winreg

#: The registry as programs of 64 bits see it; what those of 32 bits see is named WOW6432Node in it.
_ACCESS = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
_HIVES = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKU": winreg.HKEY_USERS}
_TEXTS = frozenset({winreg.REG_SZ, winreg.REG_EXPAND_SZ})


class RunningRegistry:
    """See `registry_keys.Registry`."""

    def keys(self, key: str) -> list[str]:
        """See `registry_keys.Registry`."""
        with _opened(key) as handle:
            count = winreg.QueryInfoKey(handle)[0]
            return [winreg.EnumKey(handle, place) for place in range(count)]

    def values(self, key: str) -> list[tuple[str, bytes]]:
        """See `registry_keys.Registry`."""
        with _opened(key) as handle:
            count = winreg.QueryInfoKey(handle)[1]
            rows = [winreg.EnumValue(handle, place) for place in range(count)]
        return [(name, _content(data, kind)) for name, data, kind in rows]


def _opened(key: str) -> "winreg.HKEYType":
    hive, _, path = key.partition("\\")
    return winreg.OpenKey(_HIVES[hive], path, 0, _ACCESS)


def _content(data: object, kind: int) -> bytes:
    if kind in _TEXTS and isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    if kind == winreg.REG_MULTI_SZ and isinstance(data, list):
        return "\n".join(map(str, data)).encode("utf-8", "surrogatepass")
    if isinstance(data, bytes):
        return data
    return b"" if data is None else str(data).encode()
