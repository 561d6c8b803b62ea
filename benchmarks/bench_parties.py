"""1,000 parties against 30,000 entries with 120,000 names: time of the wall and of the processor, and memory.

Nothing is asserted but that known names are found.  Targets: under 10 s on two cores, under 500 MB.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from made_up_names import MadeUp

from rsiwg.domain import ListEntry, Party, PartyRole
from rsiwg.parties import Index, Thresholds

ENTRIES, ALIASES, PARTIES = 30_000, 3, 1_000


def timed(says: str, work: Callable[[], Any]) -> Any:
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{says:46} {wall:6.2f} s wall {processor:6.2f} s processor")
    return found


def main() -> None:
    made = MadeUp(7)
    entries = []
    for number in range(ENTRIES):
        kind, name = made.entry()
        aliases = tuple(made.alias(kind, name) for _ in range(ALIASES))
        entries.append(ListEntry(list="SDN", id=str(number), name=name, aliases=aliases))
    # Every tenth party is on the list.
    names = [made.random.choice(entries).name if n % 10 == 0 else made.entry()[1] for n in range(PARTIES)]
    parties = [Party(id=str(n), name=name, role=PartyRole.OTHER) for n, name in enumerate(names)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    index = timed(f"index of {ENTRIES * (1 + ALIASES):,} names", lambda: Index(entries))
    hits = timed(
        f"{PARTIES:,} parties against {ENTRIES:,} entries", lambda: index.match(parties, Thresholds())
    )
    found = {hit.party.id for hit in hits if hit.score == 1.0}
    assert {str(n) for n in range(0, PARTIES, 10)} <= found
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(hits):,} hits; {most:.0f} MB at most, {before:.0f} MB of them before")


if __name__ == "__main__":
    main()
