"""The hospital's procedure: found where it should be, read as text only, replaced when it cannot be used."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medscan_gui.core.messages import Message
from medscan_gui.core.procedure import Procedure
from medscan_gui.core.text import Words
from medscan_gui.core.words import Light
from medscan_gui.response.procedure import DETAIL_LIMIT, FILE_LIMIT, STEPS_LIMIT, TEXT_LIMIT, candidates, load
from medscan_gui.system.paths import Paths, find_paths

OWN = "# Ours\n\n1. Call 4471\n2. Isolate it\n"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    for folder in ("data", "program", "machine"):
        (tmp_path / folder).mkdir()
    return replace(
        find_paths(tmp_path / "data"), program_dir=tmp_path / "program",
        policy_file=tmp_path / "machine" / "policy.json",
    )  # fmt: skip


def written(paths: Paths, text: str, language: str = "en") -> Procedure:
    (paths.data_dir / f"procedure.{language}.md").write_text(text, encoding="utf-8")
    return load(paths, language)


def says(procedure: Procedure) -> list[str]:
    return [step.text for step in procedure.steps]


def problem_of(procedure: Procedure) -> Message:
    assert procedure.problem is not None
    sentence = Words().sentence(procedure.problem)
    assert not sentence.startswith("[")
    assert len(procedure.steps) > 10, "the text that comes with MedScan must be shown instead"
    assert procedure.source == ""
    return procedure.problem


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("light", [Light.RED, Light.GREEN])
def test_the_text_that_ships_is_whole(paths: Paths, language: str, light: Light) -> None:
    shown = load(paths, language).shown_on(light)
    assert shown.problem is None
    assert shown.source == ""
    assert shown.title
    assert shown.intro
    assert len(shown.steps) >= (10 if light is Light.RED else 6)
    assert len({step.id for step in shown.steps}) == len(shown.steps)
    assert not [step for step in shown.steps if "**" in step.text or "<" in step.text + step.detail]


def test_the_text_that_ships_says_what_must_never_be_forgotten(paths: Paths) -> None:
    red = load(paths, "en").shown_on(Light.RED)
    text = " ".join(f"{step.text} {step.detail}" for step in red.steps).casefold()
    for wanted in ("patient", "network", "do not switch it off", "do not reconnect", "delete nothing", "biomedical",
                   "it security", "manufacturer", "report", "usb sticks", "cert santé", "____"):  # fmt: skip
        assert wanted in text, wanted
    french = load(paths, "fr").shown_on(Light.RED)
    assert len(french.steps) == len(red.steps)
    assert not {step.id for step in french.steps} & {step.id for step in red.steps}


def test_both_languages_ship_the_same_structure(paths: Paths) -> None:
    shapes = [
        [(step.lights, len(step.detail.splitlines()), "____" in step.detail) for step in load(paths, language).steps]
        for language in ("fr", "en")
    ]
    assert shapes[0] == shapes[1]


def test_an_unknown_language_gets_english(paths: Paths) -> None:
    assert load(paths, "pt_BR") == load(paths, "en")
    assert load(paths, "fr_CA") == load(paths, "fr")


def test_the_most_specific_file_counts(paths: Paths) -> None:
    for number, file in enumerate(reversed(candidates(paths, "fr"))):
        file.write_text(f"# {file.parent.name}\n\n- Step {number}\n", encoding="utf-8")
        shown = load(paths, "fr")
        assert says(shown) == [f"Step {number}"]
        assert shown.source.endswith(file.name)
    assert [(file.parent.name, file.name) for file in candidates(paths, "fr")] == [
        ("data", "procedure.fr.md"), ("program", "procedure.fr.md"), ("machine", "procedure.fr.md"),
        ("data", "procedure.en.md"), ("program", "procedure.en.md"), ("machine", "procedure.en.md"),
    ]  # fmt: skip


def test_the_hospitals_text_in_another_language_is_still_the_hospitals(paths: Paths) -> None:
    written(paths, OWN, "fr")
    assert says(load(paths, "en")) == ["Call 4471", "Isolate it"]


def test_items_of_any_list_are_steps_and_task_marks_say_nothing(paths: Paths) -> None:
    shown = written(paths, "- [ ] one\n- [x] two\n* three\n1. four\n2) five\n")
    assert says(shown) == ["one", "two", "three", "four", "five"]
    assert {step.lights for step in shown.steps} == {(Light.RED, Light.GREEN)}


def test_what_stands_below_a_step_is_its_detail(paths: Paths) -> None:
    shown = written(
        paths,
        "1. Call  \n   4471\n\n   day and\n   night\n\n   - inner a\n     - inner b\n\n   ```\n   code  here\n   ```\n"
        "2. Isolate\n\nAnd tell the ward.\n\n> Quietly.\n",
    )
    assert says(shown) == ["Call", "Isolate"]
    assert shown.steps[0].detail.splitlines() == ["4471", "day and night", "– inner a", "– inner b", "code here"]
    assert shown.steps[1].detail.splitlines() == ["And tell the ward.", "Quietly."]


def test_headings_choose_the_light_in_either_language(paths: Paths) -> None:
    shown = written(
        paths,
        "# T\n\nall\n\n1. both\n\n## ROUGE : à faire\n\nred intro\n\n1. only red\n\n## Green\n\n- only green\n\n"
        "## Rouge et vert\n\n- again both\n\n## Phones\n\nthe list\n\n- call\n",
    )
    assert says(shown.shown_on(Light.RED)) == ["both", "only red", "again both", "call"]
    assert says(shown.shown_on(Light.GREEN)) == ["both", "only green", "again both", "call"]
    assert shown.shown_on(Light.RED).intro == "all\nred intro"
    assert shown.shown_on(Light.GREEN).intro == "all"
    assert shown.steps[-1].section == "Phones\nthe list"
    assert says(shown.shown_on(Light.BLUE)) == []


def test_a_word_that_only_holds_a_colour_chooses_nothing(paths: Paths) -> None:
    shown = written(paths, "## Incident declared to Mr Greenwood\n\n- a\n")
    assert shown.steps[0].lights == (Light.RED, Light.GREEN)
    assert shown.steps[0].section == "Incident declared to Mr Greenwood"


def test_ticks_survive_another_order_and_end_with_another_wording(paths: Paths) -> None:
    before = {step.text: step.id for step in written(paths, "1. a\n2. b\n3. c\n").steps}
    after = {step.text: step.id for step in written(paths, "- [ ] c\n- b\n- A\n\n  detail\n").steps}
    assert after["b"] == before["b"]
    assert after["c"] == before["c"]
    assert after["A"] != before["a"]


def test_two_steps_that_say_the_same_have_two_names(paths: Paths) -> None:
    shown = written(paths, "1. wait\n2. call\n3. wait\n\n## Green\n\n1. wait\n")
    for light in (Light.RED, Light.GREEN):
        steps = shown.shown_on(light).steps
        assert len({step.id for step in steps}) == len(steps)


def test_html_pictures_and_links_become_words(paths: Paths) -> None:
    shown = written(
        paths,
        "<script>alert(1)</script>\n\n1. Open [our page](https://x.example/a) and <https://y.example>\n"
        "2. ![the plan](https://z.example/a.png) ![key](file:///etc/passwd) <img src=x>\n"
        "3. [mail](javascript:alert(1)) `code` **bold** &lt;b&gt;\n"
        "4. see [note]\n\n[note]: https://hidden.example\n",
    )
    assert shown.intro == "<script>alert(1)</script>"
    assert says(shown) == [
        "Open our page (https://x.example/a) and https://y.example",
        "the plan ![key](file:///etc/passwd) <img src=x>",
        "[mail](javascript:alert(1)) code bold <b>",
        "see [note]",
    ]
    assert shown.steps[-1].detail == "[note]: https://hidden.example"


def test_hostile_characters_are_shown_as_numbers(paths: Paths) -> None:
    shown = written(paths, "# T\u202ex\n\n1. a\u202eb\u0007\u200bc\n\n   d\u2066e\n")
    assert shown.title == "T<U+202E>x"
    assert shown.steps[0].text == "a<U+202E>b<U+0007><U+200B>c"
    assert shown.steps[0].detail == "d<U+2066>e"


def test_an_empty_item_and_an_empty_heading_are_passed_over(paths: Paths) -> None:
    shown = written(paths, "#\n\nintro\n\n##\n\n1.\n2. real\n")
    assert says(shown) == ["real"]
    assert shown.intro == "intro"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(paths: Paths) -> None:
    (paths.data_dir / "procedure.en.md").write_bytes(b"\xef\xbb\xbf# T\r\n\r\n1. a\r\n2. b\r\n")
    shown = load(paths, "en")
    assert (shown.title, says(shown), shown.problem) == ("T", ["a", "b"], None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "procedure.no_steps"),
        (b"# Only a title\n\nand text\n", "procedure.no_steps"),
        ("1. étape".encode("latin-1"), "procedure.not_text"),
        ("1. étape".encode("utf-16"), "procedure.not_text"),
        (b"1. a\n" + b"x" * FILE_LIMIT, "procedure.too_large"),
        (b"1. a\n" * (STEPS_LIMIT + 1), "procedure.too_many_steps"),
        (b"1. " + b"a" * (TEXT_LIMIT + 1), "procedure.too_long"),
        (b"1. a\n\n   " + b"b " * DETAIL_LIMIT, "procedure.too_long"),
        (b"c " * DETAIL_LIMIT + b"\n\n1. a\n", "procedure.too_long"),
        (b"# " + b"t" * (TEXT_LIMIT + 1) + b"\n\n1. a\n", "procedure.too_long"),
        (b"## " + b"s " * DETAIL_LIMIT + b"\n\n1. a\n", "procedure.too_long"),
    ],
)
def test_a_file_that_cannot_be_used_gives_the_default_and_says_why(paths: Paths, content: bytes, code: str) -> None:
    (paths.data_dir / "procedure.en.md").write_bytes(content)
    assert problem_of(load(paths, "en")).code == code


def test_a_folder_and_a_dangling_link_in_its_place_are_said(paths: Paths) -> None:
    file = paths.data_dir / "procedure.en.md"
    file.mkdir()
    assert problem_of(load(paths, "en")).code == "procedure.not_readable"
    file.rmdir()
    if sys.platform != "win32":
        file.symlink_to(paths.data_dir / "nothing")
        assert problem_of(load(paths, "en")).code == "procedure.not_readable"


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes among files there")
def test_a_pipe_in_its_place_is_never_opened(paths: Paths) -> None:
    os.mkfifo(paths.data_dir / "procedure.en.md")
    assert problem_of(load(paths, "en")).code == "procedure.not_readable"


def test_without_its_own_text_too_there_is_still_an_answer(paths: Paths, tmp_path: Path) -> None:
    bare = replace(paths, resources=tmp_path)
    assert load(bare, "en").problem == Message.of("procedure.missing")
    (paths.data_dir / "procedure.en.md").write_bytes(b"\xff")
    told = load(bare, "en").problem
    assert told is not None
    assert told.code == "procedure.not_text"


@pytest.mark.parametrize(
    "pattern", ["[", "![", "*a ", ">", "- ", "`", "1. ", "[a](<", "**a", "&#", "<", "\\_", "- a\n  ", "\t- x\n", "\0"]
)
def test_patterns_that_slow_parsers_down_end(paths: Paths, pattern: str) -> None:
    shown = written(paths, (pattern * FILE_LIMIT)[: FILE_LIMIT // 2])
    assert shown.problem is not None


_PIECES = ["# ", "## RED", "- ", "1. ", "[ ] ", "\n", "\n\n", "  ", "    ", "text", "> ", "```", "<b>", "é", "\x00"]
_markdown = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(_markdown.map(str.encode), st.binary(max_size=300)))
def test_any_file_gives_a_procedure(paths: Paths, content: bytes) -> None:
    (paths.data_dir / "procedure.en.md").write_bytes(content)
    shown = load(paths, "en")
    assert shown.steps
    for step in shown.steps:
        assert step.text
        assert len(step.text) <= TEXT_LIMIT
        assert len(step.detail) <= DETAIL_LIMIT
        assert all(line.isprintable() for line in (step.text, *step.detail.splitlines(), *step.section.splitlines()))
