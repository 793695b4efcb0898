"""Autostart entries of Windows: what is read of a registry, and which files its texts mean. Runs everywhere."""

import pytest

from medscan_gui.engine.live.autostart.meanings_windows import of_scripts_list, of_task, of_value, text_of
from medscan_gui.engine.live.autostart.programs_windows import expanded, files_of
from medscan_gui.engine.live.autostart.registry_keys import Value, starting_values

ENVIRONMENT = {"SystemRoot": r"C:\Windows", "ProgramFiles": r"C:\Program Files", "APPDATA": r"C:\Users\ann\AppData"}
FILES = {
    path.lower()
    for path in (
        r"C:\Windows\explorer.exe",
        r"C:\Windows\System32\cmd.exe",
        r"C:\Windows\System32\rundll32.exe",
        r"C:\Windows\System32\regsvr32.exe",
        r"C:\Windows\System32\wscript.exe",
        r"C:\Windows\System32\userinit.exe",
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r"C:\Windows\System32\drivers\bad.sys",
        r"C:\Windows\System32\localspl.dll",
        r"C:\Program Files\Some App\app.exe",
        r"C:\Program Files\Some App\part.dll",
        r"C:\Users\ann\AppData\evil.exe",
        r"C:\Users\ann\AppData\run me.vbs",
        r"C:\x\a.ps1",
        r"C:\x\b.dll",
        r"C:\program.exe",
    )
}


def files(command: str) -> list[str]:
    return files_of(command, ENVIRONMENT, lambda path: path.lower() in FILES)


@pytest.mark.parametrize(
    ("command", "started"),
    [
        (r'"C:\Program Files\Some App\app.exe" /tray', [r"C:\Program Files\Some App\app.exe"]),
        # Without quotes, the system would start the first; the second is what was meant.
        (r"%ProgramFiles%\Some App\app.exe -x", [r"C:\program.exe", r"C:\Program Files\Some App\app.exe"]),
        (r"%APPDATA%\evil.exe", [r"C:\Users\ann\AppData\evil.exe"]),
        (r"%appdata%\evil", [r"C:\Users\ann\AppData\evil.exe"]),
        (r"explorer.exe, %APPDATA%\evil.exe", [r"C:\Windows\explorer.exe", r"C:\Users\ann\AppData\evil.exe"]),
        (r"rundll32.exe C:\x\b.dll,Entry 1", [r"C:\Windows\System32\rundll32.exe", r"C:\x\b.dll"]),
        (r'regsvr32 /s "C:\x\b.dll"', [r"C:\Windows\System32\regsvr32.exe", r"C:\x\b.dll"]),
        (
            r'wscript //B "C:\Users\ann\AppData\run me.vbs"',
            [r"C:\Windows\System32\wscript.exe", r"C:\Users\ann\AppData\run me.vbs"],
        ),
        (
            r"cmd /c start C:\Users\ann\AppData\evil.exe",
            [r"C:\Windows\System32\cmd.exe", r"C:\Users\ann\AppData\evil.exe"],
        ),
        (
            r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe -w hidden -File C:\x\a.ps1",
            [r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", r"C:\x\a.ps1"],
        ),
        (r"\SystemRoot\System32\drivers\bad.sys", [r"C:\Windows\System32\drivers\bad.sys"]),
        (r"\??\C:\x\b.dll", [r"C:\x\b.dll"]),
        (r"system32\drivers\bad.sys", [r"C:\Windows\System32\drivers\bad.sys"]),
        ("localspl.dll", [r"C:\Windows\System32\localspl.dll"]),
        (r"\\server\share\evil.exe", []),
        (r"C:\x\gone.exe", []),
        ('"unclosed', []),
        ("", []),
        ("%APPDATA", []),
    ],
)
def test_files_of_a_command_line(command: str, started: list[str]) -> None:
    assert [path.lower() for path in files(command)] == [path.lower() for path in started]


def test_hostile_command_lines_end() -> None:
    for text in ('"' * 100_000, "a " * 100_000, "%" * 100_000, ",;" * 50_000, "\\" * 100_000, "\0\n" * 50_000):
        assert files(text) == []


def test_variables_in_any_case_and_unknown_ones() -> None:
    assert expanded("%systemROOT%|%nope%|%%", ENVIRONMENT) == r"C:\Windows|%nope%|%%"


class Dict:
    """A registry as a test writes it."""

    def __init__(self, content: dict[str, dict[str, bytes]], closed: tuple[str, ...] = ()) -> None:
        self._content = content
        self._closed = closed

    def keys(self, key: str) -> list[str]:
        self._check(key)
        below = [one[len(key) + 1 :].partition("\\")[0] for one in self._content if one.startswith(key + "\\")]
        if not below and key not in self._content and key not in {"HKLM", "HKU"}:
            raise FileNotFoundError(2, "no such key")
        return list(dict.fromkeys(below))

    def values(self, key: str) -> list[tuple[str, bytes]]:
        self._check(key)
        if key not in self._content:
            raise FileNotFoundError(2, "no such key")
        return list(self._content[key].items())

    def _check(self, key: str) -> None:
        if key in self._closed:
            raise PermissionError(13, "refused")


_RUN = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
_NT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (_RUN, "Updater"),
        (_RUN.replace("SOFTWARE", r"SOFTWARE\WOW6432Node"), "Updater"),
        (_RUN.replace("HKLM", r"HKU\S-1-5-21-1"), ""),
        (_RUN + "Once", "x"),
        (_NT + r"\Winlogon", "Shell"),
        (_NT + r"\Winlogon", "userinit"),
        (_NT.replace("HKLM", r"HKU\S-1-5-21-1") + r"\Windows", "Load"),
        (_NT + r"\Windows", "AppInit_DLLs"),
        (_NT + r"\Image File Execution Options\sethc.exe", "Debugger"),
        (_NT + r"\SilentProcessExit\notepad.exe", "MonitorProcess"),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\bad", "ImagePath"),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\bad\Parameters", "ServiceDll"),
        (r"HKLM\SOFTWARE\Microsoft\Active Setup\Installed Components\{1}", "StubPath"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Print\Monitors\x", "Driver"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa", "Notification Packages"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "BootExecute"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\AppCertDlls", "x"),
        (r"HKU\S-1-5-21-1\Environment", "UserInitMprLogonScript"),
        (r"HKU\S-1-5-21-1\SOFTWARE\Microsoft\Command Processor", "AutoRun"),
    ],
)
def test_values_by_which_something_starts(key: str, name: str) -> None:
    registry = Dict({key: {name: b"evil.exe", "Innocent": b""}})
    assert list(starting_values(registry)) == [Value(key, name, b"evil.exe")]


def test_other_values_start_nothing() -> None:
    registry = Dict({_NT + r"\Winlogon": {"DefaultUserName": b"ann"}, r"HKLM\SOFTWARE\Vendor": {"Path": b"x"}})
    assert list(starting_values(registry)) == []


def test_a_key_that_may_not_be_read_is_said() -> None:
    registry = Dict({_RUN: {"x": b"y"}, _RUN + "Once": {"a": b"b"}}, closed=(_RUN,))
    seen = list(starting_values(registry))
    assert [one[0] for one in seen] == [_RUN, _RUN + "Once"]
    assert isinstance(seen[0][1], PermissionError)


def test_what_a_task_starts() -> None:
    xml = (
        '<?xml version="1.0" encoding="UTF-16"?><Task><Actions><Exec><Command>C:\\Program Files\\x.exe</Command>'
        "<Arguments>-a &quot;b&quot; &amp;</Arguments></Exec><Exec><Command>cmd</Command></Exec></Actions></Task>"
    )
    expected = ['"C:\\Program Files\\x.exe" -a "b" &', "cmd"]
    assert list(of_task(xml.encode("utf-16"))) == expected
    assert list(of_task(xml.encode("utf-8"))) == expected
    assert list(of_task(xml.encode("utf-16")[:-90])) == expected[:1]
    assert list(of_task(b"<Exec>" * 10_000)) == []


def test_scripts_of_a_group_policy() -> None:
    text = "[Startup]\r\n0CmdLine=C:\\x\\a.ps1\r\n0Parameters=-b\r\n"
    assert list(of_scripts_list(text.encode("utf-16"))) == ["C:\\x\\a.ps1", "-b"]


def test_texts_in_every_form() -> None:
    assert {text_of("aé".encode(form)) for form in ("utf-8", "utf-16")} == {"aé"}
    assert text_of("ab".encode("utf-16-le")) == "ab"
    assert list(of_value(b"a.dll,b.dll")) == ["a.dll,b.dll", "a.dll\nb.dll"]
