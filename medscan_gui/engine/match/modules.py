"""libyara's modules that cost much on every file, and what they say of a content that is not theirs.

A module builds all of its objects for each content, if only one rule imports it: 300 to 420 us for `pe`, 85 to 93 for
`elf`, 20 for `dotnet`; the others cost nothing that could be measured. Of a content that does not begin with
`MZ` (`pe`, `dotnet`) or `\\x7fELF` (`elf`) every field below is undefined; a test asks libyara for each.
"""

import re

#: How the contents begin that a module parses.
PARSED = {"pe": b"MZ", "dotnet": b"MZ", "elf": b"\x7fELF"}

#: Fields and functions that are undefined where there is nothing to parse. Constants are defined everywhere.
FIELDS = {
    "pe": frozenset(
        [
            "base_of_code",
            "base_of_data",
            "calculate_checksum",
            "characteristics",
            "checksum",
            "data_directories",
            "delayed_import_details",
            "delayed_import_rva",
            "dll_characteristics",
            "dll_name",
            "entry_point",
            "entry_point_raw",
            "export_details",
            "export_timestamp",
            "exports",
            "exports_index",
            "file_alignment",
            "image_base",
            "image_version",
            "imphash",
            "import_details",
            "import_rva",
            "imports",
            "is_32bit",
            "is_64bit",
            "is_dll",
            "is_signed",
            "language",
            "linker_version",
            "loader_flags",
            "locale",
            "machine",
            "number_of_delayed_imported_functions",
            "number_of_delayed_imports",
            "number_of_exports",
            "number_of_imported_functions",
            "number_of_imports",
            "number_of_resources",
            "number_of_rva_and_sizes",
            "number_of_sections",
            "number_of_signatures",
            "number_of_symbols",
            "number_of_version_infos",
            "opthdr_magic",
            "os_version",
            "overlay",
            "pdb_path",
            "pointer_to_symbol_table",
            "resource_timestamp",
            "resource_version",
            "resources",
            "rich_signature",
            "rva_to_offset",
            "section_alignment",
            "section_index",
            "sections",
            "signatures",
            "size_of_code",
            "size_of_headers",
            "size_of_heap_commit",
            "size_of_heap_reserve",
            "size_of_image",
            "size_of_initialized_data",
            "size_of_optional_header",
            "size_of_stack_commit",
            "size_of_stack_reserve",
            "size_of_uninitialized_data",
            "subsystem",
            "subsystem_version",
            "timestamp",
            "version_info",
            "version_info_list",
            "win32_version_value",
        ]
    ),
    "dotnet": frozenset(
        [
            "assembly",
            "assembly_refs",
            "classes",
            "constants",
            "field_offsets",
            "guids",
            "is_dotnet",
            "module_name",
            "modulerefs",
            "number_of_assembly_refs",
            "number_of_classes",
            "number_of_constants",
            "number_of_field_offsets",
            "number_of_guids",
            "number_of_modulerefs",
            "number_of_resources",
            "number_of_streams",
            "number_of_user_strings",
            "resources",
            "streams",
            "typelib",
            "user_strings",
            "version",
        ]
    ),
    "elf": frozenset(
        [
            "dynamic",
            "dynamic_section_entries",
            "dynsym",
            "dynsym_entries",
            "entry_point",
            "import_md5",
            "machine",
            "number_of_sections",
            "number_of_segments",
            "ph_entry_size",
            "ph_offset",
            "sections",
            "segments",
            "sh_entry_size",
            "sh_offset",
            "symtab",
            "symtab_entries",
            "telfhash",
            "type",
        ]
    ),
}

_READER = re.compile(r"u?int(?:8|16|32)(?:be)?")
_OPENING = {"(": ")", "[": "]"}
_ARITHMETIC = frozenset(("+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"))


def is_undefined(tokens: list[str], absent: frozenset[str]) -> bool:
    """Say whether an expression is surely undefined: a field of an absent module, perhaps with arithmetic.

    `pe.sections[0].name`, `pe.imports("a", "b")`, `pe.entry_point + 16`, `uint16(pe.entry_point)`.
    """
    if len(tokens) < 3:
        return False
    if _READER.fullmatch(tokens[0]) and tokens[1] == "(" and _group_end(tokens, 1) == len(tokens):
        return is_undefined(tokens[2:-1], absent)
    if tokens[0] not in absent or tokens[1] != "." or tokens[2] not in FIELDS[tokens[0]]:
        return False
    end = _path_end(tokens, 3)
    rest = tokens[end:]
    return not rest or (len(rest) == 2 and rest[0] in _ARITHMETIC and rest[1].isalnum() and rest[1][0].isdecimal())


def _path_end(tokens: list[str], at: int) -> int:
    """Return where a path such as `.name[1](...)` ends that goes on at `at`."""
    while at < len(tokens):
        if tokens[at] == ".":
            at += 2
        elif tokens[at] in _OPENING:
            at = _group_end(tokens, at)
        else:
            break
    return at


def _group_end(tokens: list[str], at: int) -> int:
    opening, depth = tokens[at], 0
    for place in range(at, len(tokens)):
        depth += (tokens[place] == opening) - (tokens[place] == _OPENING[opening])
        if not depth:
            return place + 1
    return len(tokens)
