"""Questions that are never answered must not hold the asker up."""

import os
import threading

from medscan_gui.system.bounded import ask, ask_all


def test_answers() -> None:
    assert ask_all({"a": lambda: 1, "b": lambda: 2}, 10) == {"a": 1, "b": 2}


def test_an_error_of_the_system_is_no_answer() -> None:
    def fail() -> int:
        raise OSError("gone")

    assert ask_all({"a": fail, "b": lambda: 2}, 10) == {"a": None, "b": 2}


def test_a_name_that_no_system_takes_is_no_answer() -> None:
    assert ask("nul", lambda: os.stat("a\0b"), 10) is None


def test_no_answer_in_time() -> None:
    release = threading.Event()
    done = threading.Event()

    def wait() -> int:
        release.wait()
        done.set()
        return 1

    assert ask("dead drive", wait, 0.01) is None
    before = threading.active_count()
    assert ask("dead drive", lambda: 7, 10) is None  # one question is open: no second thread for it
    assert threading.active_count() == before
    assert ask("another drive", lambda: 7, 10) == 7
    (asking,) = [thread for thread in threading.enumerate() if "dead drive" in thread.name]
    assert asking.daemon
    release.set()
    asking.join()
    assert done.is_set()
    assert ask("dead drive", lambda: 7, 10) == 7  # it answers again


def test_patience_is_for_all_together() -> None:
    release = threading.Event()
    calls = {f"dead {number}": release.wait for number in range(20)}
    answers = ask_all({**calls, "alive": lambda: True}, 0.2)
    assert answers["alive"] is True
    assert not any(answer for key, answer in answers.items() if key != "alive")
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("asking")]
    release.set()
    for thread in threads:
        thread.join()
