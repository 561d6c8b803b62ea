"""The lock whose waiters go in the order in which they came."""

import threading

import pytest

from rsiwg.web.service import Turn


def start_waiting(turn, thread):
    """Start a thread and return once it stands in line."""
    before = len(turn._waiting)
    thread.start()
    while len(turn._waiting) == before:
        threading.Event().wait(0.001)


def test_those_who_wait_go_in_the_order_in_which_they_came():
    turn, went = Turn(), []

    def go(name):
        with turn:
            went.append(name)

    with turn:
        threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
        for thread in threads:
            start_waiting(turn, thread)
    for thread in threads:
        thread.join(10)
    assert went == list(range(8))


def test_one_at_a_time():
    turn, inside, most = Turn(), [], []

    def go():
        for _ in range(200):
            with turn:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert max(most) == 1
    assert len(most) == 1200


def test_a_failure_inside_passes_the_turn_on():
    turn = Turn()
    with pytest.raises(ValueError, match="inside"), turn:
        raise ValueError("inside")
    with turn:
        pass
