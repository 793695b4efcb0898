"""What `dev.py` sets up before it starts anything: an interpreter, system packages, the virtual environment.

Only the standard library, and only syntax that Python 3.9 reads, so that an older interpreter can say which one is
needed. Everything said here goes to stderr: stdout belongs to the program (`run scan PATH --json`).
"""
# ruff: noqa: S607, T201
# System tools are meant to be the ones on the user's own PATH, and this is a command line that prints.

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

OLDEST, NEWEST = (3, 11), (3, 13)
OLDEST_GLIBC = (2, 34)  # what Qt's wheels are built for

# Shared library -> Debian/Ubuntu package. Libraries are looked for, not packages: that also holds on other systems.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {"libwayland-cursor.so.0": "libwayland-cursor0"}

PROBE = """
import importlib.util, json, struct, sys, sysconfig
print(json.dumps({"version": sys.version_info[:2], "bits": struct.calcsize("P") * 8, "executable": sys.executable,
    "venv": bool(importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")), "base": sys.base_prefix,
    "library": sysconfig.get_config_var("INSTSONAME") or ""}))
"""


class SetupError(Exception):
    """Set-up cannot go on; the text is the sentence for the person at the keyboard."""


class Interpreter:
    """One Python found on this machine and what it can do."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.path: str = facts["executable"]
        self.version: tuple[int, int] = (facts["version"][0], facts["version"][1])
        self.usable: bool = OLDEST <= self.version <= NEWEST and facts["bits"] == 64 and not facts["free_threaded"]
        self.makes_venvs: bool = facts["venv"]
        self.from_distribution: bool = facts["base"] == "/usr"
        self.library: str = facts["library"]


def say(sentence: str) -> None:
    """One line for the person at the keyboard."""
    print(f"dev.py: {sentence}", file=sys.stderr, flush=True)


def dotted(version: tuple[int, int]) -> str:
    """A version as people write it."""
    return f"{version[0]}.{version[1]}"


def call(command: Sequence[str], env: Mapping[str, str] | None = None) -> int:
    """Run a set-up command from the project's folder; its output goes to stderr, and it gets no input."""
    output = sys.stderr.fileno()
    done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, check=False)
    return done.returncode


def call_quietly(command: Sequence[str]) -> int:
    """The same, but its output is shown only if it fails."""
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        print(done.stdout.decode(errors="replace"), file=sys.stderr, flush=True)
    return done.returncode


def twice(command: Sequence[str], what: str) -> bool:
    """Run a command that needs the network, once more if it fails."""
    if call_quietly(command) == 0:
        return True
    say(f"{what} did not work; the network may have been interrupted, so once more.")
    time.sleep(3)
    return call_quietly(command) == 0


# --- the interpreter ---------------------------------------------------------------------------------------------


def probe(command: Sequence[str]) -> Interpreter | None:
    """What the interpreter behind a command is, or None if there is none."""
    try:
        done = subprocess.run([*command, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False)
        return Interpreter(json.loads(done.stdout)) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def minors() -> Iterator[int]:
    """The second numbers of the versions that fit, newest first."""
    yield from range(NEWEST[1], OLDEST[1] - 1, -1)


def candidates() -> Iterator[list[str]]:
    """Where to look for a Python, best first."""
    yield [sys.executable]
    names = [f"python3.{minor}" for minor in minors()] + ["python3", "python"]
    yield from ([found] for found in map(shutil.which, names) if found)
    if WINDOWS and shutil.which("py"):
        yield from (["py", f"-3.{minor}"] for minor in minors())


def find_interpreter() -> Interpreter:
    """A Python that can run MedScan, installed from the distribution if there is none and it may be."""
    usable = [found for found in map(probe, candidates()) if found is not None and found.usable]
    for interpreter in usable:
        if interpreter.makes_venvs:
            return interpreter
    interpreter = usable[0] if usable else install_interpreter()
    return interpreter if interpreter.makes_venvs else complete(interpreter)


def install_interpreter() -> Interpreter:
    """Install a fitting Python where the distribution has one beside its own."""
    if LINUX and shutil.which("apt-cache"):
        for name in (f"python3.{minor}" for minor in minors()):
            known = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
            if known.returncode == 0 and known.stdout.strip():
                install_packages([name, f"{name}-venv"], "a Python that MedScan runs on")
                found = probe([f"/usr/bin/{name}"])
                if found is not None and found.usable:
                    return found
    raise SetupError(
        f"this is Python {platform.python_version()}; MedScan needs a 64-bit Python {dotted(OLDEST)} to "
        f"{dotted(NEWEST)}. Install one (python.org, or your system's packages) and start this command again."
    )


def complete(interpreter: Interpreter) -> Interpreter:
    """Give an interpreter without ensurepip (Debian splits it off) what it needs to make environments."""
    if not (interpreter.from_distribution and shutil.which("apt-get")):
        raise SetupError(
            f"{interpreter.path} lacks Python's own 'venv' and 'ensurepip' modules. Install them, or another "
            f"Python {dotted(OLDEST)} to {dotted(NEWEST)}."
        )
    install_packages([f"python{dotted(interpreter.version)}-venv"], "Python's virtual environments")
    again = probe([interpreter.path])
    if again is None or not again.makes_venvs:
        raise SetupError(f"{interpreter.path} still cannot make virtual environments.")
    return again


# --- system packages ---------------------------------------------------------------------------------------------


def privilege() -> list[str] | None:
    """The words that run a command as root: none for root, sudo if it asks no password, None if it cannot be done."""
    if WINDOWS or os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def install_packages(packages: Sequence[str], purpose: str) -> None:
    """Install Debian/Ubuntu packages, or say the one command that does."""
    names = " ".join(sorted(set(packages)))
    root = privilege()
    if root is None:
        raise SetupError(
            f"system packages are needed for {purpose}, and only an administrator can install them. Type this once, "
            f"then start the same command again:\n\n"
            f"  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends {names}'\n"
        )
    say(f"installing system packages for {purpose}: {names}")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    twice([*apt, "update"], "Reading the package lists")
    if not twice([*apt, "install", "-y", "--no-install-recommends", *names.split()], "Installing the packages"):
        raise SetupError(f"the system packages could not be installed: {names}. The lines above say why.")


def lacks_library(name: str) -> bool:
    """Whether the dynamic loader does not find a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return True
    return False


def need(libraries: Mapping[str, str], programs: Mapping[str, str], purpose: str) -> None:
    """Make sure that shared libraries and programs are there, by package or by a sentence. Linux only."""
    if not LINUX:
        return
    absent = {name: package for name, package in libraries.items() if lacks_library(name)}
    absent.update({name: package for name, package in programs.items() if shutil.which(name) is None})
    if not absent:
        return
    if shutil.which("apt-get"):
        install_packages(list(absent.values()), purpose)
    else:
        say(f"{purpose} may need {', '.join(sorted(absent))}: please install what holds them (no apt-get here).")


def build_libraries() -> dict[str, str]:
    """The shared libpython that the frozen program carries; Debian's interpreter does without it."""
    interpreter = probe([str(PYTHON)])
    if interpreter is None:
        raise SetupError(".venv holds no working Python; remove that folder and start again.")
    if interpreter.from_distribution and ".so" in interpreter.library:
        return {interpreter.library: f"libpython{dotted(interpreter.version)}"}
    return {}


# --- the virtual environment -------------------------------------------------------------------------------------


def requirements(name: str) -> Path:
    """The pinned, hashed requirement file of that name."""
    return ROOT / "requirements" / f"{name}.txt"


def stamp_of(name: str) -> tuple[Path, str]:
    """The file that says what is installed, and what it says when nothing is left to do."""
    digest = hashlib.sha256(requirements(name).read_bytes())
    digest.update((VENV / "pyvenv.cfg").read_bytes())
    return VENV / f".installed-{name}", digest.hexdigest()


def is_installed(name: str) -> bool:
    """Whether the environment holds exactly this requirement file."""
    if not PYTHON.exists() or not (VENV / "pyvenv.cfg").exists():
        return False
    stamp, wanted = stamp_of(name)
    return stamp.exists() and stamp.read_text(encoding="ascii").strip() == wanted


def check_c_library() -> None:
    """Refuse a Linux that Qt's wheels cannot load on, in words rather than pip's."""
    name, version = platform.libc_ver()
    if not LINUX or name != "glibc":
        return
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GLIBC:
        raise SetupError(
            f"this Linux has glibc {version}; MedScan needs {dotted(OLDEST_GLIBC)} or newer (Debian 12, Ubuntu 22.04). "
            "Scan this computer from outside: its disk, an image or a share."
        )


def make_environment() -> None:
    """Make .venv, or make it anew if its interpreter is gone or does not fit."""
    current = probe([str(PYTHON)])
    if current is not None and current.usable and call_quietly([str(PYTHON), "-m", "pip", "--version"]) == 0:
        return
    check_c_library()
    interpreter = find_interpreter()
    say(f"making .venv with Python {dotted(interpreter.version)} ({interpreter.path})")
    if call([interpreter.path, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise SetupError("the virtual environment could not be made; the lines above say why.")


def install(name: str) -> None:
    """Bring the environment to requirements/NAME.txt; at once when nothing changed."""
    if is_installed(name):
        return
    make_environment()
    say(f"installing the pinned Python packages of requirements/{name}.txt (about 150 MB the first time)")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    if not twice([*pip, "--require-hashes", "-r", str(requirements(name))], "Installing the Python packages"):
        raise SetupError(
            "the Python packages could not be installed; the lines above say why. Without a network, give pip a "
            "local folder of wheels (PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER)."
        )
    # test.txt holds all of run.txt at the same versions (tests/dev checks it).
    for done in {name, "run"}:
        stamp, text = stamp_of(done)
        stamp.write_text(text + "\n", encoding="ascii")


def catalogues() -> list[Path]:
    """The translation sources."""
    return sorted((ROOT / "resources" / "locale").glob("*/LC_MESSAGES/medscan.po"))


def compile_catalogues() -> None:
    """Compile each translation that is newer than its compiled form."""
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        command = [str(PYTHON), "-m", "babel.messages.frontend", "--quiet", "compile"]
        if call([*command, "-i", str(source), "-o", str(target), "-l", source.parent.parent.name]) != 0:
            raise SetupError(f"the translation {source.relative_to(ROOT)} could not be compiled.")


def set_up(name: str) -> None:
    """The environment for 'run' or 'test', and the translations."""
    install(name)
    compile_catalogues()


def environment() -> dict[str, str]:
    """What every started Python gets: this project's package, and no module from the folder one happens to stand in."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
