"""What the system says of this computer."""

import re
import socket
import sys
from pathlib import Path

import pytest

from medscan_gui.core.record import canonical_json
from medscan_gui.system import host
from medscan_gui.system.host import host_identity


def test_this_computer() -> None:
    found = host_identity()
    assert found.name == socket.gethostname()
    assert found.os
    assert found.machine
    assert host_identity() == found
    assert canonical_json(found)


@pytest.mark.skipif(sys.platform != "linux", reason="os-release")
def test_system_is_that_of_os_release() -> None:
    text = Path("/etc/os-release").read_text(encoding="utf-8")
    name = re.search(r'^NAME="?([^"\n]*)', text, re.MULTILINE)
    assert name is not None
    assert host_identity().os == name[1]


@pytest.mark.skipif(sys.platform != "linux", reason="machine-id")
def test_machine_id_is_derived_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "machine-id"
    file.write_text("3D1219C7C4C5404AAA1F6D2A48ADFDA4\n")
    monkeypatch.setattr(host, "_MACHINE_ID_FILES", (tmp_path / "none", file))
    found = host_identity().machine_id
    assert re.fullmatch(r"[0-9a-f]{64}", found)
    assert "3d1219c7" not in found
    file.write_text("3d1219c7c4c5404aaa1f6d2a48adfda4")
    assert host_identity().machine_id == found
    file.write_text("0" * 32)
    assert host_identity().machine_id not in ("", found)
    file.write_text("\n")
    assert host_identity().machine_id == ""
    file.unlink()
    assert host_identity().machine_id == ""


if sys.platform == "win32":

    def test_windows_11_is_not_called_10() -> None:
        found = host_identity()
        assert found.os.startswith("Windows")
        build = re.search(r"\b(\d{5})\b", found.os_version)
        assert build is not None
        assert ("Windows 10" in found.os) == (int(build[1]) < 22_000) or "Server" in found.os
        assert re.fullmatch(r"[0-9a-f]{64}", found.machine_id)
