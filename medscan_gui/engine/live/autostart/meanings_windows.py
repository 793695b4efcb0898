"""What the definitions of autostart entries of Windows name as started: command lines. Pure."""

import io
import re
from collections.abc import Iterator

#: Elements of a task (Task Scheduler schema). Read by pattern: a broken one may still be a hint, and no entity counts.
_EXEC = re.compile(r"<Exec\b[^>]*>(.*?)</Exec>", re.DOTALL | re.IGNORECASE)
_COMMAND = re.compile(r"<Command>(.*?)</Command>", re.DOTALL | re.IGNORECASE)
_ARGUMENTS = re.compile(r"<Arguments>(.*?)</Arguments>", re.DOTALL | re.IGNORECASE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_SCRIPT_LINE = re.compile(r"^\d+(CmdLine|Parameters)=(.*)$", re.MULTILINE | re.IGNORECASE)
_SHORTCUT = b"L\x00\x00\x00\x01\x14\x02\x00"
_TEXT_LIMIT = 1 << 20


def text_of(content: bytes) -> str:
    """Return a definition as text, in whichever of its usual forms it is stored."""
    content = content[:_TEXT_LIMIT]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[1:2] == b"\0":
        return content.decode("utf-16-le", "replace")
    return content.decode("utf-8", "replace")


def of_value(content: bytes) -> Iterator[str]:
    """Values of the registry: a command line, or several names with commas or on lines of their own."""
    text = text_of(content)
    yield text
    if "," in text:
        yield text.replace(",", "\n")


def of_task(content: bytes) -> Iterator[str]:
    """Scheduled tasks: each program with its arguments."""
    for action in _EXEC.finditer(text_of(content)):
        command, arguments = _COMMAND.search(action[1]), _ARGUMENTS.search(action[1])
        if command:
            program = _plain(command[1]).strip()
            quoted = program if program.startswith('"') or " " not in program else f'"{program}"'
            yield f"{quoted} {_plain(arguments[1]) if arguments else ''}".strip()


def _plain(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def of_scripts_list(content: bytes) -> Iterator[str]:
    """Lists of the scripts of group policies."""
    for found in _SCRIPT_LINE.finditer(text_of(content)):
        yield found[2].strip()


def of_startup_file(content: bytes) -> Iterator[str]:
    """Files of startup folders: of a shortcut, what it starts; any other file is what starts."""
    if content.startswith(_SHORTCUT):
        yield from _of_shortcut(content)


def _of_shortcut(content: bytes) -> Iterator[str]:
    import LnkParse3  # type: ignore[import-untyped]

    try:
        told = LnkParse3.lnk_file(io.BytesIO(content[:_TEXT_LIMIT])).get_json()
    except Exception:  # noqa: BLE001  # the library raises what it likes for what does not follow the format
        return
    data, info = told.get("data") or {}, told.get("link_info") or {}
    arguments = str(data.get("command_line_arguments") or "")
    for target in (info.get("local_base_path"), data.get("relative_path")):
        if target:
            yield f'"{target}" {arguments}'.strip()
            return


MEANINGS = {
    "registry": of_value,
    "task": of_task,
    "scripts": of_scripts_list,
    "startup": of_startup_file,
}
