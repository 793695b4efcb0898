"""Autostart entries of a Linux system below a folder of the test: found, named, and with what they start."""

import hashlib
import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.finding import Finding
from medscan_gui.core.words import Cause, Outcome, Place, Stop
from tests.engine.scanning import MARKER, Told, job, raw, scan

if sys.platform != "linux":
    pytest.skip("autostart places of Linux", allow_module_level=True)

from medscan_gui.engine.live.autostart.meanings_linux import MEANINGS
from medscan_gui.engine.live.autostart.places_linux import entries_of_linux, homes
from medscan_gui.engine.live.autostart.programs_linux import programs
from medscan_gui.engine.live.autostart.rooted import within
from medscan_gui.engine.live.listing import Listed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "system"
    (place / "etc").mkdir(parents=True)
    (place / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbroken\n")
    (tmp_path / "target").mkdir()
    return place


def put(root: Path, path: str, content: bytes | str, *, runs: bool = False) -> Path:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    if runs:
        file.chmod(0o755)
    return file


def scan_of(root: Path) -> Told:
    live = msgspec.structs.replace(job(root.parent / "target"), live=(Place.AUTOSTART,), live_root=raw(root))
    told = scan(live)
    assert told.stop is Stop.COMPLETED
    return told


def shown(found: Finding) -> tuple[bytes, ...]:
    assert found.place is Place.AUTOSTART
    assert found.identity is None
    return found.chain


def test_an_entry_is_reported_with_its_place(root: Path) -> None:
    unit = put(root, "/etc/systemd/system/bad.service", b"[Service]\nExecStart=/bin/true\n# " + MARKER)
    put(root, "/etc/systemd/system/good.service", "[Service]\nExecStart=/bin/false\n")
    told = scan_of(root)
    assert [shown(found) for found in told.findings] == [(b"systemd: /etc/systemd/system/bad.service",)]
    found = told.findings[0]
    assert found.where == "Starts by itself: systemd: /etc/systemd/system/bad.service"
    assert found.sha256 == found.content == hashlib.sha256(unit.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("place", "text", "program"),
    [
        ("/etc/systemd/system/x.service", "[Service]\nExecStart=-/opt/x/run --fast\n", "/opt/x/run"),
        ("/etc/systemd/system/x.service", "[Service]\nExecStartPre=@/bin/sh sh -c 'exec /opt/x/run'\n", "/opt/x/run"),
        ("/etc/systemd/system/x.service", "[Service]\nExecStart=/bin/true \\\n ; /opt/x/run\n", "/opt/x/run"),
        ("/etc/systemd/system/x.service.d/o.conf", "[Service]\nExecStart=/opt/x/run\n", "/opt/x/run"),
        ("/etc/systemd/system/x.service", "[Service]\nEnvironment=LD_PRELOAD=/opt/x.so\n", "/opt/x.so"),
        ("/home/ann/.config/systemd/user/x.service", "[Service]\nExecStart=%h/bin/run\n", "/home/ann/bin/run"),
        ("/etc/crontab", "*/5 * * * * root cd / && /opt/run it\n", "/opt/run"),
        ("/etc/cron.d/x", "@reboot root nice -n 5 python3 /opt/run.py\n", "/opt/run.py"),
        ("/var/spool/cron/crontabs/ann", "0 3 * * 1-5 /opt/run\n", "/opt/run"),
        ("/etc/cron.daily/x", "#!/bin/sh\nif [ -x /opt/run ]; then /opt/run; fi\n", "/opt/run"),
        ("/var/spool/cron/atjobs/a1", "#!/bin/sh\n/opt/run\n", "/opt/run"),
        ("/etc/rc.local", "#!/bin/bash\n/opt/run &\nexit 0\n", "/opt/run"),
        ("/etc/init.d/x", "#!/bin/sh\nstart-stop-daemon --start --exec /opt/run -- -d\n", "/opt/run"),
        ("/etc/inittab", "x:2345:respawn:/opt/run\n", "/opt/run"),
        ("/etc/profile.d/x.sh", ". /opt/lines\n", "/opt/lines"),
        ("/home/ann/.bashrc", "alias x=y\n~/.local/run &\n", "/home/ann/.local/run"),
        ("/root/.profile", '"/opt/a b/run" x\n', "/opt/a b/run"),
        ("/etc/ld.so.preload", "/opt/x.so\n", "/opt/x.so"),
        ("/etc/environment", "LD_PRELOAD=/lib/a.so:/opt/x.so\n", "/opt/x.so"),
        ("/etc/xdg/autostart/x.desktop", "[Desktop Entry]\nExec=/opt/run %U\n", "/opt/run"),
        ("/home/ann/.config/autostart/x.desktop", "[Desktop Entry]\nExec=run\n", "/usr/bin/run"),
        ("/etc/udev/rules.d/9.rules", 'ACTION=="add", RUN+="/opt/run %k"\n', "/opt/run"),
        ("/etc/modprobe.d/x.conf", "install usb_storage /opt/run; /bin/true\n", "/opt/run"),
        ("/etc/NetworkManager/dispatcher.d/pre-up.d/x", "#!/bin/sh\n/opt/run\n", "/opt/run"),
    ],
)
def test_what_an_entry_starts_is_read_with_it(root: Path, place: str, text: str, program: str) -> None:
    kind = next(one.name.partition(b":")[0] for one in _listed_after(root, place, text))
    started = put(root, program, MARKER + b" at " + program.encode(), runs=True)
    told = scan_of(root)
    assert [shown(found) for found in told.findings] == [(kind + b": " + place.encode(), program.encode())]
    assert told.findings[0].content == hashlib.sha256(started.read_bytes()).hexdigest()
    assert told.troubles == []


def _listed_after(root: Path, place: str, text: str) -> list[Listed]:
    put(root, place, text)
    listed = [one for one in entries_of_linux(raw(root)) if isinstance(one, Listed)]
    assert len(listed) == 1
    return listed


def test_links_lead_within_the_system_that_is_read(root: Path) -> None:
    put(root, "/opt/real", MARKER)
    (root / "opt" / "run").symlink_to("/opt/real")
    put(root, "/etc/rc.local", "/opt/run\n/opt/out\n/opt/loop\n/opt/up\n")
    outside = root.parent / "outside"
    outside.write_bytes(MARKER)
    (root / "opt" / "out").symlink_to(outside)
    (root / "opt" / "loop").symlink_to("loop")
    (root / "opt" / "up").symlink_to("../../../../../../.." + str(outside))
    told = scan_of(root)
    assert [shown(found) for found in told.findings] == [(b"rc: /etc/rc.local", b"/opt/run")]


def test_a_unit_that_is_wanted_by_a_link_is_one_entry(root: Path) -> None:
    put(root, "/usr/lib/systemd/system/x.service", b"[Service]\nExecStart=/none\n#" + MARKER)
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system/alias.service").symlink_to("/usr/lib/systemd/system/x.service")
    (root / "etc/systemd/system/masked.service").symlink_to("/dev/null")
    told = scan_of(root)
    name = b"systemd: /etc/systemd/system/alias.service -> /usr/lib/systemd/system/x.service"
    assert [shown(found) for found in told.findings] == [(name,)]
    assert told.counted.items == 1


def test_a_program_that_is_not_there_is_no_trouble(root: Path) -> None:
    put(root, "/etc/crontab", "0 0 * * * root /opt/gone\n")
    told = scan_of(root)
    assert (told.findings, told.troubles) == ([], [])
    assert told.total(Outcome.SCANNED) == 1


def test_a_program_started_many_times_counts_each_time(root: Path) -> None:
    put(root, "/opt/run", "harmless")
    for number in range(3):
        put(root, f"/etc/cron.d/x{number}", "0 0 * * * root /opt/run\n")
    told = scan_of(root)
    assert told.total(Outcome.SCANNED) == 6
    put(root, "/opt/run", MARKER)
    told = scan_of(root)
    assert len(told.findings) == 3, "what holds a threat is told with each entry that starts it"


def test_what_is_no_file_is_said_and_not_waited_for(root: Path) -> None:
    put(root, "/etc/crontab", "0 0 * * * root /opt/pipe\n0 0 * * * root /opt\n")
    (root / "opt").mkdir()
    os.mkfifo(root / "opt" / "pipe")
    told = scan_of(root)
    assert (told.findings, told.stop) == ([], Stop.COMPLETED)


def test_hostile_definitions_end(root: Path) -> None:
    put(root, "/etc/profile.d/quotes.sh", b"\"'" * 200_000)
    put(root, "/etc/profile.d/deep.sh", b"sh -c " * 5000 + b"/opt/run")
    put(root, "/etc/profile.d/nul.sh", b"/opt/\0/x \n" + bytes(range(256)) * 50)
    put(root, "/etc/cron.d/stars", b"* " * 100_000)
    put(root, "/etc/udev/rules.d/x.rules", b'RUN+="' + b"\\" * 100_000)
    put(root, "/etc/systemd/system/x.service", b"ExecStart=" + b"\\\n" * 100_000)
    name = b"x\xff\n\xe2\x80\xae.service"
    with open(raw(root) + b"/etc/systemd/system/" + name, "wb") as file:
        file.write(MARKER)
    told = scan_of(root)
    assert told.restarted == []
    assert [shown(found) for found in told.findings] == [(b"systemd: /etc/systemd/system/" + name,)]
    assert "<U+202E>" in told.findings[0].where


def test_more_programs_than_one_entry_may_start(root: Path) -> None:
    for number in range(100):
        put(root, f"/opt/run{number}", f"program {number}")
    put(root, "/etc/rc.local", "\n".join(f"/opt/run{number}" for number in range(100)))
    told = scan_of(root)
    assert [(problem.chain, problem.outcome) for problem in told.problems] == [
        ((b"rc: /etc/rc.local", b"[more]"), Outcome.LIMIT_REACHED)
    ]


def test_a_container_that_is_started_is_looked_into(root: Path) -> None:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.bin", MARKER * 3)
    file = put(root, "/opt/app.jar", packed.getvalue())
    put(root, "/etc/rc.local", "#!/bin/sh\njava -jar /opt/app.jar\n")
    told = scan_of(root)
    assert [shown(found) for found in told.findings] == [(b"rc: /etc/rc.local", b"/opt/app.jar", b"inner.bin")]
    assert told.findings[0].content == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_place_that_may_not_be_listed_is_said(root: Path) -> None:
    closed = root / "etc" / "cron.d"
    closed.mkdir()
    closed.chmod(0)
    told = scan_of(root)
    closed.chmod(stat.S_IRWXU)
    assert [(problem.chain, problem.cause) for problem in told.problems] == [
        ((b"cron: /etc/cron.d",), Cause.NO_PERMISSION)
    ]


def test_homes_are_those_of_the_system_that_is_read(root: Path) -> None:
    assert homes(raw(root)) == [b"/root", b"/home/ann"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"sudo -u ann env A=b nohup /a/b c", [b"sudo", b"ann", b"/a/b"]),
        (b"A=1 B='x y' /a/b", [b"/a/b"]),
        (b"/a | /b ; /c && (/d) # /e", [b"/a", b"/b", b"/c", b"/d"]),
        (b"python3 -m x", [b"python3", b"x"]),
        (b"'unclosed /x", [b"unclosed /x"]),
        (b"", []),
    ],
)
def test_programs_of_a_command_line(text: bytes, named: list[bytes]) -> None:
    assert [name for name in programs(text) if name in named] == named


def test_every_kind_listed_has_a_meaning(root: Path) -> None:
    for one in entries_of_linux(b""):
        if isinstance(one, Listed):
            assert one.name.partition(b":")[0].decode() in MEANINGS


def test_a_way_up_ends_at_the_root(root: Path) -> None:
    put(root, "/etc/x", "x")
    assert within(raw(root), b"/../../etc/../etc/x") == raw(root / "etc" / "x")
