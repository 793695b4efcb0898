"""A large rule set written for measuring: thousands of rules by templates of this program, the same for each seed.

    python bench/rule_sets.py PLACE [--rules 5200] [--seed 6]     writes rule files, and a bundle's manifest

What it imitates is how public sets are made, not what they say: four to ten strings in a rule, a fifth of them bytes
with wildcards, some expressions; most rules for Windows programs, told by `uint16(0)` or `$mz at 0`, and bounded by
`filesize`; 4 % asking `pe` (also as "this import hash, or these strings"), fewer `elf`, `dotnet`, `math`, `hash`; a
few private rules of which others speak, and names given by the scanner. No rule describes anything that exists.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

RULES_IN_FILE = 12
SEED = 6

_SYLLABLES = tuple(first + second for first in "bdfghklmnprstvxz" for second in "aeiou")
_STEMS = (
    "Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\{}",
    "http://{}.example/{}.php?id=",
    "cmd.exe /c {} > %TEMP%\\\\{}.log",
    "C:\\\\Users\\\\{}\\\\AppData\\\\{}.dll",
    "Global\\\\{}_{}",
    "User-Agent: {}/1.0 ({})",
    "powershell -enc {}{}",
    "{}.{}.Properties.Resources",
    "/tmp/.{}/{}.sh",
    "schtasks /create /tn {} /tr {}",
    "Dropping {} to {}",
    "[+] {} {}",
    "{}{}",
    "\\\\\\\\.\\\\pipe\\\\{}{}",
    "Invoke-{} -{}",
    "{}Service{}",
)
_SIZES = (
    "20KB",
    "50KB",
    "100KB",
    "200KB",
    "300KB",
    "400KB",
    "500KB",
    "800KB",
    "1000KB",
    "1MB",
    "2MB",
    "3MB",
    "5MB",
    "10MB",
)


_PORTABLE = "uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x4550"


class Writer:
    """Writes one set."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._number = 0

    def word(self) -> str:
        """A made-up word of 6 to 12 letters."""
        parts = self._chance.choices(_SYLLABLES, k=self._chance.randint(3, 6))
        text = "".join(parts)
        return text.title() if self._chance.random() < 0.4 else text

    def text(self) -> str:
        """A string of text, with its modifiers."""
        stem = self._chance.choice(_STEMS)
        value = stem.format(self.word(), self.word())
        modifiers = self._chance.choices(
            ("ascii", "ascii wide", "fullword ascii", "wide", "nocase", "ascii wide nocase", "fullword wide", ""),
            weights=(25, 20, 20, 8, 5, 5, 7, 10),
        )[0]
        return f'"{value}" {modifiers}'.rstrip()

    def code(self) -> str:
        """Bytes of code with wildcards, jumps and alternatives."""
        parts: list[str] = [f"{self._chance.randrange(256):02X}" for _ in range(4)]
        for _ in range(self._chance.randint(6, 24)):
            kind = self._chance.random()
            if kind < 0.72:
                parts.append(f"{self._chance.randrange(256):02X}")
            elif kind < 0.9:
                parts.append(self._chance.choice(("??", "4?", "?5")))
            elif kind < 0.96:
                parts.append(self._chance.choice(("[2]", "[2-6]", "[1-12]")))
            else:
                parts.append("( 74 | 75 | 0F 84 )")
        return "{ " + " ".join([*parts, f"{self._chance.randrange(256):02X}"]) + " }"

    def expression(self) -> str:
        """A regular expression with a fixed part."""
        tail = self._chance.choice(("[a-z0-9]{4,12}", "\\d{2,5}", "[^\\r\\n]{1,40}", "(GET|POST)", "\\s{0,4}"))
        return f"/{self.word()}{tail}{self.word()[:4]}/" + self._chance.choice(("", " nocase", " ascii wide", "i"))

    def string(self) -> str:
        """Any string."""
        return self._chance.choices((self.text, self.code, self.expression), weights=(75, 19, 6))[0]()

    def strings(self, prefix: str, least: int = 2, most: int = 10) -> list[str]:
        """Declarations."""
        return [f"${prefix}{n} = {self.string()}" for n in range(1, self._chance.randint(least, most) + 1)]

    def rule(self) -> tuple[set[str], str]:
        """One rule, and the modules it needs; sometimes two, of which one speaks of the other."""
        self._number += 1
        template = self._chance.choices([make for make, _ in _TEMPLATES], weights=[share for _, share in _TEMPLATES])[0]
        strings, condition = template(self)
        name = f"Made_{self.word()}_{self._number}"
        modules = {module for module in ("pe", "elf", "dotnet", "math", "hash") if f"{module}." in condition}
        section = "  strings:\n" + "".join(f"    {line}\n" for line in strings) if strings else ""
        says = f"    score = {self._chance.randint(40, 100)}\n"
        meta = '    author = "Made for measuring"\n' + says
        text = f"rule {name} {{\n  meta:\n{meta}{section}  condition:\n    {condition}\n}}\n"
        if self._chance.random() < 0.006:
            text = f"private rule Base_{self._number} {{ condition: {_PORTABLE} }}\n" + text.replace(
                "  condition:\n    ", f"  condition:\n    Base_{self._number} and "
            )
        return modules, text

    def size(self) -> str:
        """A bound of the size, mostly."""
        return f"filesize < {self._chance.choice(_SIZES)} and " if self._chance.random() < 0.8 else ""

    def wanted(self) -> str:
        """How many strings."""
        return self._chance.choice(
            ("all of them", "2 of them", "3 of them", "all of ($s*)", "1 of ($s*)", "2 of ($s*)")
        )

    def choice(self, *of: str) -> str:
        """One of these."""
        return self._chance.choice(of)

    def digest(self, digits: int = 32) -> str:
        """A digest of nothing."""
        return "".join(self._chance.choices("0123456789abcdef", k=digits))


Made = tuple[list[str], str]


def _three(writer: Writer) -> list[str]:
    return writer.strings("s", 3)


def windows(w: Writer) -> Made:
    """A Windows program."""
    header = w.choice("uint16(0) == 0x5A4D and ", "uint16(0) == 0x5a4d and ", "uint16be(0) == 0x4D5A and ")
    return _three(w), f"{header}{w.size()}{w.wanted()}"


def windows_by_string(w: Writer) -> Made:
    """A Windows program told by a string at its beginning."""
    return ["$mz = { 4D 5A }", *_three(w)], f"$mz at 0 and {w.size()}{w.choice('2 of ($s*)', 'all of ($s*)')}"


def windows_or(w: Writer) -> Made:
    """Few particular strings, or many common ones, in a Windows program."""
    return [*w.strings("x", 1, 3), *_three(w)], f"uint16(0) == 0x5A4D and {w.size()}( 1 of ($x*) or 3 of ($s*) )"


def anything(w: Writer) -> Made:
    """No header asked for."""
    return _three(w), w.size() + w.wanted()


def anything_or(w: Writer) -> Made:
    """In a small Windows program, or anywhere."""
    condition = f"( uint16(0) == 0x5A4D and filesize < {w.choice(*_SIZES)} and 1 of ($x*) ) or ( all of ($s*) )"
    return [*w.strings("x", 2, 6), *_three(w)], condition


def script(w: Writer) -> Made:
    """A script or a web page."""
    lines = [f"$s{n} = {w.text()}" for n in range(1, 6)]
    return (
        lines,
        f"filesize < {w.choice('20KB', '100KB', '500KB')} and {w.choice('3 of them', 'all of them', '2 of them')}",
    )


def not_windows(w: Writer) -> Made:
    """Anything but a Windows program."""
    return _three(w), f"uint16(0) != 0x5A4D and {w.size()}{w.wanted()}"


def linux(w: Writer) -> Made:
    """A Linux program."""
    header = w.choice("uint32(0) == 0x464c457f", "uint32be(0) == 0x7f454c46", "uint16(0) == 0x457f")
    return _three(w), f"{header} and {w.size()}{w.wanted()}"


def document(w: Writer) -> Made:
    """Another kind of file."""
    header = w.choice(
        *("uint32be(0) == 0xD0CF11E0", "uint16(0) == 0x4b50", "uint32(0) == 0x46445025", "uint32(0) == 0x74725c7b"),
        *("uint16(0) == 0xcfd0", "uint32(0) == 0x0000004c", "uint16(0) == 0x8b1f", "uint32be(0) == 0xCAFEBABE"),
    )
    return _three(w), f"{header} and {w.size()}{w.wanted()}"


def import_hash(w: Writer) -> Made:
    """Nothing but an import hash."""
    return [], f'uint16(0) == 0x5A4D and {w.size()}pe.imphash() == "{w.digest()}"'


def import_hash_or(w: Writer) -> Made:
    """An import hash, or strings, and no header: only the alternative can be true of other contents."""
    return _three(w), f'{w.size()}( pe.imphash() == "{w.digest()}" or {w.wanted()} )'


def exports(w: Writer) -> Made:
    """What a library offers."""
    return _three(w), f'pe.exports("{w.word()}") and {w.size()}{w.wanted()}'


def sections(w: Writer) -> Made:
    """Sections and strings."""
    loop = f'for any i in (0 .. pe.number_of_sections - 1) : ( pe.sections[i].name == ".{w.word()[:6]}" )'
    return _three(w), f"{w.choice('pe.is_pe and ', '')}{loop} and {w.wanted()}"


def entry_point(w: Writer) -> Made:
    """Code at the entry point, of a library or not."""
    return [f"$s1 = {w.code()}"], f"{w.choice('pe.is_dll() and ', 'not pe.is_dll() and ', '')}$s1 at pe.entry_point"


def version_info(w: Writer) -> Made:
    """What a program says of itself."""
    return _three(
        w
    ), f'pe.version_info["CompanyName"] contains "{w.word()}" and pe.number_of_signatures == 0 and 1 of them'


def signed(w: Writer) -> Made:
    """Who signed a program."""
    loop = f'for any i in (0 .. pe.number_of_signatures - 1) : ( pe.signatures[i].issuer contains "{w.word()}" )'
    return [], f"uint16(0) == 0x5A4D and {loop}"


def elf_fields(w: Writer) -> Made:
    """Fields of a Linux program."""
    return _three(w), f"{w.choice('elf.type == elf.ET_EXEC', 'elf.machine == elf.EM_MIPS')} and {w.size()}{w.wanted()}"


def managed(w: Writer) -> Made:
    """A .NET program."""
    first = w.choice("dotnet.is_dotnet", f'dotnet.typelib == "{w.digest(8)}"', f'dotnet.assembly.name == "{w.word()}"')
    return _three(w), f"{first} and {w.wanted()}"


def entropy(w: Writer) -> Made:
    """Something packed."""
    return _three(
        w
    ), f"uint16(0) == 0x5A4D and {w.size()}{w.wanted()} and math.entropy(0, filesize) > 7.{w.choice('1', '5')}"


def whole_hash(w: Writer) -> Made:
    """Strings, or one known file of one size."""
    return _three(
        w
    ), f'( filesize == {w._chance.randint(9000, 900000)} and hash.md5(0, filesize) == "{w.digest()}" ) or {w.wanted()}'


def named(w: Writer) -> Made:
    """A name given by the scanner."""
    return _three(
        w
    ), f'{w.choice("filename", "filepath")} {w.choice("icontains", "iendswith")} "{w.word()}" and 1 of them'


def counted(w: Writer) -> Made:
    """How often and where."""
    return w.strings("s", 3, 3), f"{w.size()}#s1 > 3 and for any i in (1 .. #s2) : ( @s2[i] < 4096 ) and not $s3"


#: Templates, and their shares of a thousand.
_TEMPLATES: list[tuple[Callable[[Writer], Made], int]] = [
    *((windows, 430), (windows_by_string, 50), (windows_or, 70), (anything, 105), (anything_or, 45), (script, 85)),
    *((not_windows, 20), (linux, 50), (document, 60), (import_hash, 5), (import_hash_or, 9), (exports, 6)),
    *((sections, 6), (entry_point, 5), (version_info, 4), (signed, 3), (elf_fields, 8), (managed, 8)),
    *((entropy, 9), (whole_hash, 9), (named, 3), (counted, 10)),
]


def rule_set(rules: int, seed: int = SEED) -> dict[str, str]:
    """Return files by their names, with so many rules in all (and some private ones more)."""
    writer = Writer(seed)
    files = {}
    for number in range(0, rules, RULES_IN_FILE):
        made = [writer.rule() for _ in range(min(RULES_IN_FILE, rules - number))]
        modules = sorted(set().union(*(modules for modules, _ in made)))
        text = "".join(f'import "{module}"\n' for module in modules) + "\n".join(text for _, text in made)
        files[f"rules/made{number // RULES_IN_FILE:04d}.yar"] = text
    return files


def write_bundle(place: Path, files: dict[str, str], self_test: Path) -> None:
    """Write a bundle: these files, and the self-test's rule of the project's own bundle."""
    own = json.loads((self_test / "manifest.json").read_text("utf-8"))
    eicar = next(file["path"] for file in own["files"] if file["path"].endswith("eicar.yar"))
    files = {**files, eicar: (self_test / eicar).read_text("utf-8")}
    listed: list[dict[str, object]] = []
    count = 0
    for path, text in sorted(files.items()):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(text.encode())
        size, digest = len(text.encode()), hashlib.sha256(text.encode()).hexdigest()
        rules = sum(line.startswith(("rule ", "private rule ")) for line in text.splitlines())
        count += rules
        listed.append({"path": path, "sha256": digest, "size": size, "rules": rules, "licence": "Apache-2.0"})
    manifest = {key: value for key, value in own.items() if key != "hash_count"} | {
        "format": 1,  # without tables of digests
        "name": "made-for-measuring",
        "files": listed,
        "rule_count": count,
    }
    (place / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path)
    parser.add_argument("--rules", type=int, default=5200)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    files = rule_set(options.rules, options.seed)
    write_bundle(options.place, files, Path(__file__).resolve().parents[1] / "signatures")


if __name__ == "__main__":
    main()
