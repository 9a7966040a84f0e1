from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.ledger import LeaseHeldError, LeaseLostError, Ledger
from schemas.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.ledger.places import Place

pytestmark = pytest.mark.lasting

REPOSITORY = Path(__file__).parents[3]
HOLDER = """
import sys, time
from connectors.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger, ledger.lease("shop", "import_stock", ttl_seconds=3600):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_of_the_same_shop_and_flow_is_told_who_runs(ledger: Ledger, place: Place) -> None:
    with Ledger.open(place.url) as other, ledger.lease("shop", "import_stock"):
        with pytest.raises(LeaseHeldError) as refusal, other.lease("shop", "import_stock"):
            pytest.fail("two runs at once")
        assert isinstance(refusal.value, TransientError)
        assert refusal.value.pid == os.getpid()
        assert refusal.value.since_at < refusal.value.until_at
        for said in (str(os.getpid()), refusal.value.host, "import_stock", "shop"):
            assert said in str(refusal.value)


def test_another_shop_or_flow_is_free(ledger: Ledger) -> None:
    with (
        ledger.lease("shop", "import_stock"),
        ledger.lease("shop", "import_products"),
        ledger.lease("lyon", "import_stock") as third,
    ):
        third.check()


def test_a_lease_given_back_is_free_at_once_also_after_a_failure(ledger: Ledger) -> None:
    with suppress(KeyError), ledger.lease("shop", "import_stock"):
        raise KeyError
    with ledger.lease("shop", "import_stock") as again:
        again.check()


def test_a_lease_outlives_its_time_as_long_as_its_holder_lives(ledger: Ledger, place: Place) -> None:
    with ledger.lease("shop", "import_stock", ttl_seconds=4) as lease:
        ((first,),) = place.ask("select until_at from leases")
        _until(lambda: place.ask("select until_at from leases")[0][0] > first + 4_000_000)
        lease.check()
        with pytest.raises(LeaseHeldError), ledger.lease("shop", "import_stock"):
            pytest.fail("two runs at once")


def test_of_many_that_ask_at_once_one_has_it(place: Place) -> None:
    held: list[int] = []
    refused: list[int] = []
    together, all_asked = threading.Barrier(4), threading.Barrier(4)

    def ask(number: int) -> None:
        with Ledger.open(place.url) as ledger:
            together.wait(60)
            try:
                with ledger.lease("shop", "import_stock"):
                    held.append(number)
                    all_asked.wait(60)
            except LeaseHeldError:
                refused.append(number)
                all_asked.wait(60)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(refused)) == (1, 3)


def test_the_lease_of_a_killed_run_is_free_at_once_on_the_same_machine(ledger: Ledger, place: Place) -> None:
    with _holder(place) as holder:
        with pytest.raises(LeaseHeldError) as refusal, ledger.lease("shop", "import_stock"):
            pytest.fail("two runs at once")
        assert refusal.value.pid == holder.pid
        holder.kill()
        holder.wait()
        with ledger.lease("shop", "import_stock") as lease:
            lease.check()


def test_a_killed_run_that_its_parent_has_not_buried_is_dead_all_the_same(ledger: Ledger, place: Place) -> None:
    with _holder(place) as holder:
        holder.kill()
        _until(lambda: b" Z " in Path(f"/proc/{holder.pid}/stat").read_bytes())
        with ledger.lease("shop", "import_stock") as lease:
            lease.check()


def test_a_process_that_was_given_the_number_of_a_dead_run_does_not_hold_its_lease(
    ledger: Ledger, place: Place
) -> None:
    with _holder(place) as holder:
        holder.kill()
        holder.wait()
        place.ask(f"update leases set pid = {os.getpid()}")  # noqa: S608 -- a number
        with ledger.lease("shop", "import_stock") as lease:
            lease.check()


def test_a_dead_process_of_another_machine_holds_its_lease_until_it_expires(ledger: Ledger, place: Place) -> None:
    with _holder(place) as holder:
        holder.kill()
        holder.wait()
    place.ask("update leases set machine = 'another machine'")
    with pytest.raises(LeaseHeldError), ledger.lease("shop", "import_stock"):
        pytest.fail("two runs at once")
    place.ask("update leases set until_at = since_at")
    with ledger.lease("shop", "import_stock") as lease:
        lease.check()


def test_a_run_whose_lease_was_taken_learns_it_and_leaves_the_new_one_alone(ledger: Ledger, place: Place) -> None:
    with ledger.lease("shop", "import_stock", ttl_seconds=0.6) as lease:
        place.ask("update leases set token = 'another run'")
        assert lease.lost.wait(30)
        with pytest.raises(LeaseLostError):
            lease.check()
    assert place.ask("select token from leases") == [("another run",)]


def test_a_run_that_cannot_reach_the_ledger_loses_its_lease_in_time(ledger: Ledger, place: Place) -> None:
    with ledger.lease("shop", "import_stock", ttl_seconds=1) as lease:
        place.ask("alter table leases rename to leases_away")
        assert lease.lost.wait(30)
        with pytest.raises(LeaseLostError):
            lease.check()


def test_a_run_that_slept_past_its_time_does_not_write_before_it_has_renewed(ledger: Ledger) -> None:
    with ledger.lease("shop", "import_stock", ttl_seconds=30) as lease:
        lease._good_until = time.monotonic()
        with pytest.raises(LeaseLostError):
            lease.check()
        assert lease.lost.is_set()


def _holder(place: Place) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, place.url],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_clock_that_is_set_forward_takes_no_lease_from_a_living_process(ledger: Ledger, place: Place) -> None:
    with _holder(place):
        place.ask("update leases set until_at = 0")
        assert ledger.held_flows("shop") == {"import_stock"}
        with pytest.raises(LeaseHeldError), ledger.lease("shop", "import_stock"):
            pytest.fail("two runs at once")


def test_a_clock_that_is_set_forward_takes_no_lease_within_one_process(ledger: Ledger, place: Place) -> None:
    with ledger.lease("shop", "import_stock"):
        place.ask("update leases set until_at = 0")
        with Ledger.open(place.url) as other, pytest.raises(LeaseHeldError), other.lease("shop", "import_stock"):
            pytest.fail("two runs at once")


def test_a_lease_that_could_not_be_given_back_does_not_bind_its_process_for_good(
    ledger: Ledger, place: Place, tmp_path: Path
) -> None:
    lease = ledger.lease("shop", "import_stock")
    lease.__enter__()
    kept = place.ask("select * from leases")[0]
    lease.__exit__(None, None, None)
    values = ", ".join(repr(value) for value in kept)
    place.ask(f"insert into leases values ({values})")  # noqa: S608 - our own row
    assert ledger.held_flows("shop") == set()
    with ledger.lease("shop", "import_stock") as again:
        again.check()


def test_the_lease_of_another_machine_ends_with_its_time(ledger: Ledger, place: Place) -> None:
    with _holder(place):
        place.ask("update leases set machine = 'another', host = 'another'")
        with pytest.raises(LeaseHeldError), ledger.lease("shop", "import_stock"):
            pytest.fail("two runs at once")
        place.ask("update leases set until_at = 0")
        with ledger.lease("shop", "import_stock") as lease:
            lease.check()
