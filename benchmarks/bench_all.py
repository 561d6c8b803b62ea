"""Measures the main job and prints figures and ratios; nothing here is a test.

Only ratios within one run mean something: the peer (geopandas on the same layers) is measured beside it.
"""

import argparse
import contextlib
import http.client
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas
import shapely
from shapely.geometry import mapping

from rsiwg import casework, maps, resources
from rsiwg.rulebook import load
from rsiwg.settings import Limits

CLIENTS = 8


def blob(lon: float, lat: float, radius_deg: float, vertices: int) -> dict[str, Any]:
    """A wavy outline with so many corners."""
    turns = [2 * math.pi * k / vertices for k in range(vertices)]
    ring = [
        [
            round(lon + radius_deg * (1 + 0.1 * math.sin(9 * t)) * math.cos(t), 7),
            round(lat + radius_deg * (1 + 0.1 * math.sin(9 * t)) * math.sin(t), 7),
        ]
        for t in turns
    ]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def request(aoi: dict[str, Any], gsd_m: float = 0.31) -> dict[str, Any]:
    """An imaging request for this area."""
    return {
        "kind": "imaging",
        "reference": "BENCH",
        "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
        "sensor": {"name": "PAN", "modality": "panchromatic", "gsd_m": gsd_m},
        "licence": {"part_960": True, "tier": 1},
        "activity": ["collect", "disseminate"],
        "collection": {"start": "2026-12-01", "end": "2027-03-31"},
        "aoi": aoi,
    }


PLACES = {
    "inland France, clear": (2.5, 47.0, 0.2, 0.31),
    "Norwegian coast, clear": (6.0, 62.0, 0.3, 0.31),
    "four countries, clear": (25.26, -17.79, 0.3, 0.31),
    "Canadian archipelago, clear": (-95.0, 74.0, 0.8, 0.31),
    "Negev, restricted, remedies": (34.9, 30.6, 0.15, 0.31),
    "Tel Aviv coast, restricted, remedies": (34.75, 32.05, 0.15, 0.31),
    "Negev, at the limit": (34.9, 30.6, 0.15, 0.40),
}


def milliseconds(run: Callable[[], object], repeats: int) -> list[float]:
    """Wall times, sorted."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def p(times: list[float], share: float) -> float:
    """A percentile."""
    return times[min(len(times) - 1, math.ceil(share * len(times)) - 1)]


def bench_checks(repeats: int) -> None:
    """One check in process, warm."""
    book = load(resources.GEODATA)
    everything: list[float] = []
    print(
        "\nOne check of a 500-vertex AOI against the whole rulebook, warm, in process (goal: p95 under 20 ms)"
    )
    for name, (lon, lat, radius, gsd) in PLACES.items():
        body = request(blob(lon, lat, radius, 500), gsd)
        casework.check(body, book, limits=Limits())
        times = milliseconds(lambda body=body: casework.check(body, book, limits=Limits()), repeats)
        everything += times
        verdict = casework.check(body, book, limits=Limits()).document["verdict"]
        print(f"  {name:38} {verdict:12} p50 {p(times, 0.5):6.1f}  p95 {p(times, 0.95):6.1f} ms")
    everything.sort()
    print(f"  {'all of them':51} p50 {p(everything, 0.5):6.1f}  p95 {p(everything, 0.95):6.1f} ms")
    peer(book_body=request(blob(25.26, -17.79, 0.3, 500)), repeats=max(3, repeats // 10), ours=book)
    for vertices in (5_000, 50_000):
        body = request(blob(34.9, 30.6, 0.15, vertices))
        times = milliseconds(lambda body=body: casework.check(body, book, limits=Limits()), 5)
        print(
            f"  {vertices:,} vertices, restricted, with remedies: p50 {p(times, 0.5):,.0f}  max {times[-1]:,.0f} ms (goal for 50,000: under 1,000)"
        )
    document = casework.check(request(blob(34.75, 32.05, 0.15, 500)), book, limits=Limits()).document
    page = maps.draw(maps.scene_of(document, book), assets=maps.Assets.linked(), nonce="n")
    print(f"\nMap page beyond shared assets: {len(page.encode()) / 1e6:.2f} MB (goal: under 1.5)")


def peer(book_body: dict[str, Any], repeats: int, ours: Any) -> None:
    """What a geopandas script would do for the country question alone, on the same layer."""
    frame = geopandas.read_file(resources.GEODATA / "layers" / "countries.gpkg", engine="pyogrio")
    aoi = geopandas.GeoDataFrame(geometry=[shapely.geometry.shape(book_body["aoi"])], crs=4326)
    frame.sindex  # noqa: B018  # built once, as ours is
    theirs = milliseconds(lambda: geopandas.overlay(frame, aoi, how="intersection"), repeats)
    mine = milliseconds(lambda: casework.check(book_body, ours, limits=Limits()), repeats)
    ratio = statistics.median(theirs) / statistics.median(mine)
    print(
        f"  geopandas.overlay(countries, AOI) alone: p50 {p(theirs, 0.5):.1f} ms; a whole check: {ratio:.1f} times as fast"
    )


@contextlib.contextmanager
def a_server() -> Iterator[int]:
    """The real service on a free port, with a database of its own."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = os.environ | {
            "RSIWG_SECRET_KEY": "benchmark-benchmark",
            "RSIWG_DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "RSIWG_REQUESTS_PER_MINUTE": "1000000",
        }
        rsiwg = [sys.executable, "-m", "rsiwg.cli"]
        subprocess.run([*rsiwg, "db", "upgrade"], env=env, check=True, stdout=subprocess.DEVNULL)
        with Path(folder, "log").open("w") as log:
            server = subprocess.Popen([*rsiwg, "serve", "--port", str(port)], env=env, stdout=log, stderr=log)
            try:
                for _ in range(200):
                    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
                        break
                    time.sleep(0.1)
                yield port
            finally:
                server.terminate()
                server.wait(20)


def bench_api(seconds: float, vertices: int) -> None:
    """Concurrent clients, closed loop, on the cores that also run the server."""
    bodies = [json.dumps(request(blob(lon, lat, r, vertices), gsd)) for lon, lat, r, gsd in PLACES.values()]
    with a_server() as port:
        times: list[float] = []
        failures: list[int] = []

        def client(number: int, until: float) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            turn = number
            while time.perf_counter() < until:
                body = bodies[turn % len(bodies)]
                start = time.perf_counter()
                connection.request("POST", "/api/v1/checks", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                times.append((time.perf_counter() - start) * 1000)
                if answer.status != 200:
                    failures.append(answer.status)
                turn += 1

        for warm in (True, False):
            times.clear()
            until = time.perf_counter() + (3 if warm else seconds)
            threads = [threading.Thread(target=client, args=(n, until)) for n in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    times.sort()
    print(
        f"\nPOST /api/v1/checks of {vertices}-vertex AOIs, {CLIENTS} clients for {seconds:.0f} s on the same cores (goal: p95 under 80 ms)"
    )
    print(
        f"  {len(times) / seconds:.0f} answers/s  p50 {p(times, 0.5):.1f}  p95 {p(times, 0.95):.1f}  p99 {p(times, 0.99):.1f} ms; failures {len(failures)}"
    )


def bench_start() -> None:
    """Fresh interpreters, as a person at a terminal meets them."""
    bare = milliseconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 7)
    rsiwg = [sys.executable, "-m", "rsiwg.cli"]
    version = milliseconds(
        lambda: subprocess.run([*rsiwg, "--version"], check=True, stdout=subprocess.DEVNULL), 7
    )
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(request(mapping(shapely.box(34.7, 32.0, 34.9, 32.2)), 0.4), file)
        file.flush()
        check = milliseconds(
            lambda: subprocess.run([*rsiwg, "check", file.name], check=True, stdout=subprocess.DEVNULL), 7
        )
    print("\nCommand line, fresh process")
    print(f"  --version: {p(version, 0.5) - p(bare, 0.5):.0f} ms more than bare Python (goal: under 150)")
    print(
        f"  a small check: {p(check, 0.5):.0f} ms (goal: under 1,500), {p(check, 0.5) / p(bare, 0.5):.0f} times bare Python"
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=60)
    options.add_argument("--seconds", type=float, default=10.0)
    chosen = options.parse_args()
    bench_start()
    bench_checks(chosen.repeats)
    for corners in (8, 500):
        bench_api(chosen.seconds, corners)
