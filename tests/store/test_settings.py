"""Settings: layers, bad values, broken files, what a newer program wrote."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medscan_gui.core.text import Words
from medscan_gui.store.settings import Settings, SettingsError, SettingsStore, described
from tests.store.processes import run
from tests.store.records import NOON


@dataclass(frozen=True)
class Places:
    data_dir: Path
    policy_file: Path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "data", tmp_path / "policy.json")


def write(places: Places, own: object = None, policy: object = None) -> None:
    places.data_dir.mkdir(exist_ok=True)
    if own is not None:
        (places.data_dir / "settings.json").write_text(json.dumps(own))
    if policy is not None:
        places.policy_file.write_text(json.dumps(policy))


def store(places: Places) -> SettingsStore:
    return SettingsStore(places, clock=lambda: NOON)


def file_of(places: Places) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((places.data_dir / "settings.json").read_text())
    return found


def codes(opened: SettingsStore) -> list[str]:
    for problem in opened.problems:
        sentence = Words().sentence(problem)
        assert "{" not in sentence
        assert not sentence.startswith("[")
    return [problem.code for problem in opened.problems]


def test_every_setting_is_documented() -> None:
    assert [name for name, _ in described()] == [field.name for field in msgspec.structs.fields(Settings)]
    for name, what in described():
        assert len(what) > 20, name
        assert what.endswith("."), name


def test_defaults_are_allowed_values() -> None:
    assert msgspec.convert(msgspec.structs.asdict(Settings()), Settings) == Settings()


def test_nothing_there(places: Places) -> None:
    opened = store(places)
    assert opened.current == Settings()
    assert opened.problem is None
    assert not places.data_dir.exists()  # reading writes nothing


def test_thresholds_of_the_design() -> None:
    assert (Settings().fresh_days, Settings().ageing_days, Settings().old_days) == (7, 30, 90)


def test_layers(places: Places) -> None:
    write(places, own={"theme": "dark"}, policy={"theme": "light", "hospital_name": "CHU"})
    current = store(places).current
    assert (current.theme, current.hospital_name, current.sound) == ("dark", "CHU", True)


def test_saved_and_read_again(places: Places) -> None:
    changed = Settings(language="fr", operator_default="Zoé", old_days=60, sound=False)
    opened = store(places)
    opened.save(changed)
    assert opened.current == changed
    assert store(places).current == changed


def test_only_what_differs_is_written(places: Places) -> None:
    write(places, policy={"hospital_name": "CHU"})
    opened = store(places)
    opened.save(msgspec.structs.replace(opened.current, theme="dark"))
    assert file_of(places) == {"theme": "dark"}
    write(places, policy={"hospital_name": "GHT"})
    assert store(places).current.hospital_name == "GHT"


def test_going_back_to_the_default_beats_the_policy(places: Places) -> None:
    write(places, policy={"theme": "dark"})
    opened = store(places)
    opened.save(msgspec.structs.replace(opened.current, theme="system"))
    assert store(places).current.theme == "system"


def test_unknown_keys_are_kept(places: Places) -> None:
    write(places, own={"of_a_newer_program": {"x": [1]}, "theme": "dark"})
    opened = store(places)
    opened.save(msgspec.structs.replace(opened.current, theme="light"))
    assert file_of(places) == {"of_a_newer_program": {"x": [1]}, "theme": "light"}


@pytest.mark.parametrize(
    "value",
    [
        {"theme": "pink"},
        {"theme": 3},
        {"workers": -1},
        {"workers": 65},
        {"workers": "4"},
        {"workers": 1.5},
        {"workers": True},
        {"sound": "yes"},
        {"sound": 1},
        {"kit": "x" * 201},
        {"kit": None},
        {"operator_default": "\ud800"},
        {"language": "de"},
        {"old_days": 366},
        {"old_days": 10**30},
        {"quarantine_days": -1},
        {"quarantine_days": 3651},
        {"quarantine_days": "90"},
    ],
)
def test_a_bad_value_falls_back_alone(places: Places, value: dict[str, object]) -> None:
    (name,) = value
    write(places, own=value | {"hospital_name": "CHU"})
    opened = store(places)
    assert opened.current == Settings(hospital_name="CHU")
    assert codes(opened) == ["settings.bad_values"]
    assert opened.problems[0].param("fields") == name


def test_a_bad_value_falls_back_to_the_policy(places: Places) -> None:
    write(places, own={"workers": -1}, policy={"workers": 2})
    assert store(places).current.workers == 2


@pytest.mark.parametrize("own", [{"fresh_days": 40}, {"old_days": 5}, {"fresh_days": 5, "ageing_days": 3}])
def test_thresholds_that_contradict_one_another_fall_back_together(places: Places, own: dict[str, int]) -> None:
    write(places, own=own)
    opened = store(places)
    assert opened.current == Settings()
    assert codes(opened) == ["settings.bad_values"]


def ages(opened: SettingsStore) -> tuple[int, int, int]:
    return opened.current.fresh_days, opened.current.ageing_days, opened.current.old_days


def test_an_operator_s_file_cannot_blue_old_signatures(places: Places) -> None:
    """Ten years, on a portable key: the highest for everybody is a year, with or without a policy."""
    write(places, own={"fresh_days": 3650, "ageing_days": 3650, "old_days": 3650})
    opened = store(places)
    assert ages(opened) == (7, 30, 90)
    assert codes(opened) == ["settings.bad_values"]
    write(places, own={"old_days": 365})
    assert ages(store(places)) == (7, 30, 365)


def test_no_policy_may_allow_more_than_a_year(places: Places) -> None:
    write(places, policy={"old_days": 3650})
    opened = store(places)
    assert ages(opened) == (7, 30, 90)
    assert codes(opened) == ["settings.bad_values"]


@pytest.mark.parametrize(
    ("own", "expected", "reported"),
    [
        ({"fresh_days": 5, "ageing_days": 15, "old_days": 200}, (5, 15, 40), "old_days"),
        ({"fresh_days": 6, "ageing_days": 20, "old_days": 41}, (5, 20, 40), "fresh_days, old_days"),
        ({"fresh_days": 50, "ageing_days": 100, "old_days": 200}, (5, 20, 40), "ageing_days, fresh_days, old_days"),
        ({"old_days": 3650}, (5, 20, 40), "old_days"),
    ],
)
def test_the_policy_is_the_highest_age(
    places: Places, own: dict[str, int], expected: tuple[int, int, int], reported: str
) -> None:
    write(places, own=own, policy={"fresh_days": 5, "ageing_days": 20, "old_days": 40})
    opened = store(places)
    assert ages(opened) == expected
    assert codes(opened) == ["settings.bad_values"]
    assert opened.problems[0].param("fields") == reported


def test_the_operator_may_be_stricter_than_the_policy(places: Places) -> None:
    write(places, own={"fresh_days": 1, "ageing_days": 2, "old_days": 3}, policy={"old_days": 60})
    opened = store(places)
    assert ages(opened) == (1, 2, 3)
    assert opened.problem is None


def test_a_policy_that_states_the_program_s_own_binds_too(places: Places) -> None:
    write(places, own={"old_days": 91}, policy={"old_days": 90})
    opened = store(places)
    assert ages(opened) == (7, 30, 90)
    assert opened.policy == {"old_days": 90}


def test_saving_does_not_pass_the_policy(places: Places) -> None:
    write(places, policy={"old_days": 60})
    opened = store(places)
    opened.save(msgspec.structs.replace(opened.current, old_days=300, kit="7"))
    assert (opened.current.old_days, opened.current.kit) == (60, "7")
    assert file_of(places) == {"kit": "7"}
    assert store(places).problem is None


def test_quarantined_files_are_kept_for_three_months_unless_somebody_says_otherwise(places: Places) -> None:
    assert store(places).current.quarantine_days == 90
    for days in (0, 3650):
        write(places, own={"quarantine_days": days})
        opened = store(places)
        assert opened.current.quarantine_days == days
        assert opened.problem is None


@pytest.mark.parametrize(
    ("own", "kept", "said"), [(364, 365, True), (0, 365, True), (365, 365, False), (900, 900, False)]
)
def test_nobody_shortens_what_the_policy_keeps(places: Places, own: int, kept: int, said: bool) -> None:
    write(places, own={"quarantine_days": own, "kit": "7"}, policy={"quarantine_days": 365})
    opened = store(places)
    assert (opened.current.quarantine_days, opened.current.kit) == (kept, "7")
    assert codes(opened) == (["settings.bad_values"] if said else [])
    assert opened.policy == {"quarantine_days": 365}


def test_a_policy_that_states_the_program_s_own_retention_binds_too(places: Places) -> None:
    write(places, own={"quarantine_days": 1}, policy={"quarantine_days": 90})
    opened = store(places)
    assert opened.current.quarantine_days == 90
    assert opened.policy == {"quarantine_days": 90}


def test_saving_does_not_shorten_what_the_policy_keeps(places: Places) -> None:
    write(places, policy={"quarantine_days": 365})
    opened = store(places)
    opened.save(msgspec.structs.replace(opened.current, quarantine_days=10, kit="7"))
    assert (opened.current.quarantine_days, opened.current.kit) == (365, "7")
    assert file_of(places) == {"kit": "7"}
    opened.save(msgspec.structs.replace(opened.current, quarantine_days=400))
    assert store(places).current.quarantine_days == 400


def test_a_bad_retention_of_the_policy_binds_nobody(places: Places) -> None:
    write(places, own={"quarantine_days": 5}, policy={"quarantine_days": 10**9})
    opened = store(places)
    assert opened.current.quarantine_days == 5
    assert codes(opened) == ["settings.bad_values"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"a":1}}', b"[" * 100_000, b"9" * 10_000, b" " * 2_000_000],
    ids=["empty", "cut", "list", "null", "binary", "more", "deep", "number", "huge"],
)
def test_broken_file_is_set_aside_and_reported(places: Places, content: bytes) -> None:
    places.data_dir.mkdir()
    path = places.data_dir / "settings.json"
    path.write_bytes(content)
    opened = store(places)
    assert opened.current == Settings()
    assert codes(opened) == ["settings.broken"]
    aside = places.data_dir / "settings-broken-20261121-120000.json"
    assert aside.read_bytes() == content
    assert opened.problems[0].param("file") == aside.name
    assert not path.exists()
    path.write_bytes(content)
    store(places)
    assert (places.data_dir / "settings-broken-20261121-120000-2.json").read_bytes() == content


def test_mark_of_notepad_is_no_damage(places: Places) -> None:
    places.data_dir.mkdir()
    (places.data_dir / "settings.json").write_bytes(b'\xef\xbb\xbf{"theme": "dark"}')
    assert store(places).current.theme == "dark"


def test_broken_policy_is_reported_and_left(places: Places) -> None:
    write(places, own={"theme": "dark"})
    places.policy_file.write_bytes(b"{")
    opened = store(places)
    assert opened.current.theme == "dark"
    assert codes(opened) == ["settings.policy_broken"]
    assert places.policy_file.read_bytes() == b"{"


def test_bad_value_of_the_policy(places: Places) -> None:
    write(places, policy={"workers": 999, "kit": "7"})
    opened = store(places)
    assert (opened.current.workers, opened.current.kit) == (0, "7")
    assert codes(opened) == ["settings.bad_values"]


def test_folder_in_the_way_is_not_removed(places: Places) -> None:
    (places.data_dir / "settings.json").mkdir(parents=True)
    opened = store(places)
    assert codes(opened) == ["settings.broken"]
    assert (places.data_dir / "settings-broken-20261121-120000.json").is_dir()


def test_saving_where_nothing_can_be_saved(places: Places) -> None:
    places.data_dir.write_text("a file, not a folder")
    opened = store(places)
    with pytest.raises(SettingsError) as error:
        opened.save(Settings(theme="dark"))
    assert opened.current.theme == "dark"  # in use until the program ends
    assert error.value.message.code == "settings.not_saved"
    assert "{" not in Words().sentence(error.value.message)
    assert places.data_dir.read_text() == "a file, not a folder"


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_full_disk_keeps_the_old_file(places: Places) -> None:
    """The write fails half-way, by a real limit on the size of files, in a process of its own."""
    write(places, own={"theme": "dark"})
    assert run("save_under_a_size_limit", places.data_dir) == ["settings.not_saved"]
    assert file_of(places) == {"theme": "dark"}
    assert os.listdir(places.data_dir) == ["settings.json"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_names = st.sampled_from([field.name for field in msgspec.structs.fields(Settings)]) | st.text(max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(own=st.dictionaries(_names, _json, max_size=6), policy=st.dictionaries(_names, _json, max_size=6))
def test_any_values_give_allowed_settings(places: Places, own: dict[str, Any], policy: dict[str, Any]) -> None:
    write(places, own=own, policy=policy)
    opened = store(places)
    current = opened.current
    assert msgspec.convert(msgspec.structs.asdict(current), Settings) == current
    assert current.fresh_days <= current.ageing_days <= current.old_days
    opened.save(current)
    assert store(places).current == current
    known = {field.name for field in msgspec.structs.fields(Settings)}
    after = file_of(places)
    assert {key: value for key, value in after.items() if key not in known} == {
        key: value for key, value in own.items() if key not in known
    }
