#!/usr/bin/env python3
"""Set MedScan up and run, test or build it: `python3 dev.py --help`.

Standard library only, readable by Python 3.9 (see dev_setup.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# Beside this file, whatever the interpreter was told about paths (PYTHONSAFEPATH, PYTHONPATH).
sys.path.insert(0, str(Path(__file__).resolve().parent))

from dev_setup import (
    PYTHON,
    QT_LIBRARIES,
    ROOT,
    WAYLAND_LIBRARIES,
    WINDOWS,
    SetupError,
    build_libraries,
    call,
    compile_catalogues,
    environment,
    need,
    say,
    set_up,
)

FROZEN = ROOT / "dist" / "MedScan"
SETUP_FAILED = 69  # never one of the program's own codes: 1 would read as "threat found"
USAGE = 64
#: Arguments of `run` that open none.
WITHOUT_WINDOW = frozenset(
    {"scan", "unlock", "engines", "signatures", "journal", "quarantine", "accept", "cards"}
    | {"-h", "--help", "--version"}
)

# Program -> Debian/Ubuntu package.
BUILD_PROGRAMS = {"objdump": "binutils", "objcopy": "binutils"}
TEST_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool", "qpdf": "qpdf", "strace": "strace"}

HELP = f"""MedScan, from source.

  python3 dev.py run             open the window
  python3 dev.py run scan PATH --report report.pdf
                                 the same scan without a window ('run --help' lists the rest)
  python3 dev.py test            every check, the frozen build and all tests
  python3 dev.py test ARGS...    pytest alone, with these arguments
  python3 dev.py build           the program to carry: dist/MedScan
  python3 dev.py lint            ruff, mypy and the import contracts
  python3 dev.py words [--check] bring the translation catalogues up to date with the sources
  python3 dev.py clean           remove what build and test leave behind (.venv stays)

Each command sets up what it needs first. Exit code {SETUP_FAILED}: the set-up failed, and the last line says why.
"""


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether the program will open its window: there is a display, and it is not told to do something else."""
    display = WINDOWS or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return display and not WITHOUT_WINDOW.intersection(arguments)


def run(arguments: Sequence[str]) -> int:
    """Start the program as the user asked, from the folder the user stands in."""
    set_up("run")
    if opens_window(arguments):
        wayland = WAYLAND_LIBRARIES if os.environ.get("WAYLAND_DISPLAY") else {}
        need({**QT_LIBRARIES, **wayland}, {}, "MedScan's window")
    command = [str(PYTHON), "-P", "-m", "medscan_gui", *arguments]
    sys.stderr.flush()
    if not WINDOWS:
        os.execve(command[0], command, environment())  # one process: signals and exit code are the program's own
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(command, env=environment(), check=False).returncode


def checks() -> list[str]:
    """Style, types and import contracts; returns the names of those that failed."""
    wanted = {
        "ruff": ["-m", "ruff", "check", "."],
        "mypy": ["-m", "mypy"],
        "import contracts": ["-c", "from importlinter.cli import lint_imports_command as main; main()"],
    }
    failed = []
    for name, command in wanted.items():
        say(f"{name}...")
        if call([str(PYTHON), *command], environment()) != 0:
            say(f"{name} FAILED")
            failed.append(name)
    return failed


def lint(arguments: Sequence[str]) -> int:
    """Ruff, mypy and the import contracts."""
    refuse_arguments("lint", arguments)
    set_up("test")
    failed = checks()
    say(f"failed: {', '.join(failed)}" if failed else "nothing to complain about")
    return 1 if failed else 0


def commit_time() -> str:
    """Seconds since 1970 of the last commit, so that the same sources give the same bytes."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return given
    if shutil.which("git"):
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip().isdigit():
            return done.stdout.strip()
    say("no git history here: the build is dated 1980-01-01")
    return "315532800"


def freeze() -> None:
    """Build dist/MedScan anew."""
    need({**QT_LIBRARIES, **WAYLAND_LIBRARIES, **build_libraries()}, BUILD_PROGRAMS, "the frozen program")
    say("building the frozen program...")
    shutil.rmtree(FROZEN, ignore_errors=True)
    env = {**environment(), "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": commit_time()}
    started = time.monotonic()
    # Its warnings are about parts that build.spec drops; for what is kept, build.spec itself warns.
    if call([str(PYTHON), "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "build.spec"], env) != 0:
        raise SetupError("the frozen program could not be built; the lines above say why.")
    files = [path for path in FROZEN.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files) / 1e6
    say(f"built {FROZEN.relative_to(ROOT)}: {size:.0f} MB in {len(files)} files, {time.monotonic() - started:.0f} s")


def build(arguments: Sequence[str]) -> int:
    """The frozen program."""
    refuse_arguments("build", arguments)
    set_up("test")
    freeze()
    return 0


@contextmanager
def display(env: dict[str, str]) -> Iterator[None]:
    """An X display of our own for the tests that open real windows; says so where there is none."""
    server = shutil.which("Xvfb")
    if server is None:
        say("there is no Xvfb here: tests that open real windows use the present display, or are skipped")
        yield
        return
    read, write = os.pipe()
    command = [server, "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, pass_fds=[write], stdin=nowhere, stdout=nowhere, stderr=nowhere)
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise SetupError("Xvfb did not start, so the tests that open real windows cannot run.")
        env["DISPLAY"] = f":{number}"
        env.pop("WAYLAND_DISPLAY", None)
        yield
    finally:
        process.terminate()
        process.wait()


def check_and_freeze(env: dict[str, str]) -> list[str]:
    """Everything that comes before the tests; returns what failed and tells the tests where the built program is."""
    failed = checks()
    try:
        freeze()
    except SetupError as error:
        say(str(error))
        return [*failed, "frozen build"]
    env["MEDSCAN_FROZEN"] = str(FROZEN)
    return failed


def test(arguments: Sequence[str]) -> int:
    """Every check, then one pytest run, whose summary is the last line. With arguments: pytest alone."""
    set_up("test")
    need(QT_LIBRARIES, TEST_PROGRAMS, "the tests")
    env = environment()
    failed: list[str] = []
    if arguments:
        say("arguments given: only pytest runs; ruff, mypy, the import contracts and the frozen build are skipped")
    else:
        failed = check_and_freeze(env)
    if failed:
        say(f"FAILED before the tests: {', '.join(failed)}")
    with display(env):
        command = [str(PYTHON), "-m", "pytest", *arguments]
        tests = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    return tests or (1 if failed else 0)


def words(arguments: Sequence[str]) -> int:
    """Bring the translation catalogues up to date, or check that they are (--check)."""
    if list(arguments) not in ([], ["--check"]):
        raise SetupError("'words' takes no argument but --check.")
    set_up("test")
    done = call([str(PYTHON), str(ROOT / "dev_words.py"), *arguments], environment())
    if done == 0 and not arguments:
        compile_catalogues()
    return done


def clean(arguments: Sequence[str]) -> int:
    """Remove build results and caches; .venv stays."""
    refuse_arguments("clean", arguments)
    for name in ("build", "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("medscan_gui", "tests", "bench"):
        for cache in list((ROOT / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


def refuse_arguments(command: str, arguments: Sequence[str]) -> None:
    """A command without arguments refuses them rather than ignoring them."""
    if arguments:
        raise SetupError(f"'{command}' takes no arguments.")


COMMANDS = {"run": run, "test": test, "build": build, "lint": lint, "words": words, "clean": clean}


def main(arguments: Sequence[str]) -> int:
    """Dispatch; 0 done, 64 unknown command, 69 set-up failed, otherwise what the program or the tests return."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP)
        return 0 if arguments else USAGE
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"there is no command '{arguments[0]}'; python3 dev.py --help lists them.")
        return USAGE
    try:
        return command(arguments[1:])
    except SetupError as error:
        say(str(error))
        return SETUP_FAILED
    except KeyboardInterrupt:
        say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
