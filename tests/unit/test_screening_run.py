"""Archives in, findings out: every form, rejected rows, resuming after a kill, memory."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import attrs
import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from rsiwg import casework, cli
from rsiwg.domain import Licence
from rsiwg.errors import InvalidSubmission
from rsiwg.screening import partitions as cutting
from rsiwg.screening.partitions import partitions_of
from rsiwg.screening.rulings import Terms, read_terms
from rsiwg.screening.tracks import along_tracks

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
TERMS = Terms(licence=Licence(part_960=True, tier=1, licensee="Example Imaging Inc."), us_person=True)
TEL_AVIV = [[34.80, 32.05], [34.90, 32.05], [34.90, 32.15], [34.80, 32.15], [34.80, 32.05]]
PARIS = [[2.30, 48.80], [2.40, 48.80], [2.40, 48.90], [2.30, 48.90], [2.30, 48.80]]


def an_item(
    name="a", ring=TEL_AVIV, gsd=0.31, when="2025-03-01T10:20:30Z", modality="panchromatic", **properties
):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [
            min(x for x, _ in ring),
            min(y for _, y in ring),
            max(x for x, _ in ring),
            max(y for _, y in ring),
        ],
        "properties": {
            "datetime": when,
            "gsd": gsd,
            "rsiwg:modality": modality,
            "platform": "alpha-1",
            **properties,
        },
        "links": [],
        "assets": {},
    }


ITEMS = [
    an_item("violates"),
    an_item("elsewhere", PARIS),
    an_item("at the limit", gsd=0.4),
    an_item("before", when="2020-07-20T23:59:59Z", gsd=1.0),
    an_item("already the next day in UTC", when="2020-07-20T23:59:59-05:00", gsd=1.0),
]


def a_table(shapes, **columns):
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())})
    return table.replace_schema_metadata({"geo": json.dumps(geo)})


def run(source, tmp_path, book, terms=TERMS, **options):
    out = tmp_path / "out" / "hits.parquet"
    summary = casework.screen(source, out, book, terms, **options)
    rejected = [
        json.loads(line) for line in out.with_name("hits.rejected.ndjson").read_text("utf-8").splitlines()
    ]
    return summary, pq.read_table(out).to_pylist(), rejected


def as_lines(folder):
    path = folder / "items.ndjson"
    path.write_text("".join(json.dumps(item) + "\n" for item in ITEMS), "utf-8")
    return path


def as_collection(folder):
    path = folder / "items.json"
    document = {
        "note": 'a "features": [ in a text',
        "type": "FeatureCollection",
        "features": ITEMS,
        "links": [],
    }
    path.write_text(json.dumps(document, indent=1), "utf-8")
    return path


def as_catalogue(folder):
    root = folder / "catalogue"
    (root / "year").mkdir(parents=True)
    child = {"type": "Catalog", "id": "year", "links": [{"rel": "root", "href": "../catalog.json"}]}
    for n, item in enumerate(ITEMS):
        (root / "year" / f"{n}.json").write_text(json.dumps(item), "utf-8")
        child["links"].append({"rel": "item", "href": f"./{n}.json"})
    (root / "year" / "catalog.json").write_text(json.dumps(child), "utf-8")
    top = {"type": "Catalog", "id": "top", "links": [{"rel": "child", "href": "./year/catalog.json"}]}
    (root / "catalog.json").write_text(json.dumps(top), "utf-8")
    return root


def _columns():
    told = [item["properties"] for item in ITEMS]
    return {
        "id": [item["id"] for item in ITEMS],
        "datetime": [p["datetime"] for p in told],
        "gsd": [p["gsd"] for p in told],
        "modality": [p["rsiwg:modality"] for p in told],
        "platform": [p["platform"] for p in told],
    }


def _shapes():
    return [shapely.Polygon(item["geometry"]["coordinates"][0]) for item in ITEMS]


def as_parquet(folder):
    path = folder / "items.parquet"
    pq.write_table(a_table(_shapes(), **_columns()), path, row_group_size=2)
    return path


def as_partitioned_folder(folder):
    table = a_table(_shapes(), **_columns())
    for n in range(len(ITEMS)):
        part = folder / "archive" / f"part={n}"
        part.mkdir(parents=True)
        pq.write_table(table.slice(n, 1), part / "0.parquet")
    return folder / "archive"


def as_vector(ending):
    def write(folder):
        frame = geopandas.GeoDataFrame(_columns(), geometry=_shapes(), crs=4326)
        frame.to_crs(32636 if ending == "gpkg" else 4326).to_file(
            folder / f"items.{ending}", engine="pyogrio"
        )
        return folder / f"items.{ending}"

    return write


FORMS = {
    "ndjson": as_lines, "item collection": as_collection, "static catalogue": as_catalogue, "GeoParquet": as_parquet,
    "folder": as_partitioned_folder, "FlatGeobuf": as_vector("fgb"), "Shapefile": as_vector("shp"), "GeoPackage in UTM": as_vector("gpkg"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_findings(form, tmp_path, book):
    summary, hits, rejected = run(FORMS[form](tmp_path), tmp_path, book)
    found = {hit["scene_id"]: (hit["verdict"], hit["limit_m"], hit["value_m"]) for hit in hits}
    assert found == {
        "violates": ("restricted", 0.4, 0.31),
        "before": ("restricted", 2.0, 1.0),
    }
    assert rejected == []
    assert summary["scenes"] == 5
    assert summary["verdicts"] == {"restricted": 2, "undetermined": 0, "clear": 3}
    assert hits[0]["overlap_share"] == pytest.approx(1.0, abs=1e-3 if form == "GeoPackage in UTM" else 1e-9)


def test_the_output_is_geoparquet_that_others_read(tmp_path, book):
    run(as_lines(tmp_path), tmp_path, book)
    frame = geopandas.read_parquet(tmp_path / "out" / "hits.parquet")
    assert frame.crs.to_epsg() in (4326, None) or frame.crs.to_authority() == ("OGC", "CRS84")
    assert frame.geometry.iloc[0].equals(shapely.Polygon(TEL_AVIV))
    page = (tmp_path / "out" / "hits.summary.html").read_text("utf-8")
    assert "Israel: resolution of disseminated imagery" in page
    assert "2025-03" in page
    assert "http" not in page
    assert "Squares with restricted scenes" in (tmp_path / "out" / "hits.map.html").read_text("utf-8")


WRONG = {
    "NaN": ({"gsd": "NaN"}, "gsd: "), "negative": ({"gsd": -1}, "gsd: -1 m is outside"), "a text": ({"gsd": "fine"}, 'gsd: "fine"'),
    "a list": ({"gsd": [1]}, "gsd: "), "off nadir": ({"view:off_nadir": 90}, "off_nadir: give degrees"),
    "no time": ({"datetime": None}, "datetime: this is missing"), "a wrong time": ({"datetime": "yesterday"}, 'datetime: "yesterday"'),
    "a number as time": ({"datetime": 5}, "datetime: 5 is not a time"), "long ago": ({"datetime": "1989-12-31"}, "datetime: outside"),
    "backwards": ({"start_datetime": "2025-01-02", "end_datetime": "2025-01-01"}, "end_datetime: the last day lies before"),
    "modality": ({"rsiwg:modality": "x-ray"}, 'modality: "x-ray" is not known'),
}  # fmt: skip


def test_what_is_wrong_is_rejected_by_row_with_the_reason(tmp_path, book):
    lines = [json.dumps(ITEMS[0])]
    lines += [
        json.dumps({**an_item(name), "properties": an_item()["properties"] | change})
        for name, (change, _) in WRONG.items()
    ]
    lines += [
        "",
        "{",
        "[1]",
        '{"id": "bare"}',
        json.dumps(an_item("no ground") | {"geometry": None}),
        '"text"',
    ]
    bow_tie = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    lines += [
        json.dumps(an_item("bow-tie", bow_tie)),
        json.dumps(an_item("far", [[x + 700, y] for x, y in PARIS])),
    ]
    lines += [json.dumps(ITEMS[0])]
    path = tmp_path / "wrong.ndjson"
    path.write_text("\n".join(lines), "utf-8")
    summary, hits, rejected = run(path, tmp_path, book)
    assert [hit["row"] for hit in hits] == [0, len(lines) - 1]
    assert [entry["row"] for entry in rejected] == list(range(1, len(lines) - 1))
    for entry, (_, why) in zip(rejected, WRONG.values(), strict=False):
        assert why in entry["reason"]
    reasons = [entry["reason"] for entry in rejected[len(WRONG) :]]
    for reason, why in zip(
        reasons,
        ["the line is empty", "not JSON", "not a STAC item", "no object properties", "there is no geometry", "not a STAC item",
         "crosses or overlaps itself", "beyond 540 degrees"],
        strict=True,
    ):  # fmt: skip
        assert why in reason
    assert summary["scenes"] == len(lines)
    assert summary["rejected"] == len(lines) - 2
    assert summary["verdict"] == "restricted"


def test_a_rejected_row_is_never_clear(tmp_path, book):
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(an_item("x", PARIS, when=None)) + "\n", "utf-8")
    assert run(path, tmp_path, book)[0]["verdict"] == "undetermined"


def test_links_of_a_catalogue_stay_in_its_folder(tmp_path, book):
    root = as_catalogue(tmp_path)
    (tmp_path / "secret.json").write_text(json.dumps(ITEMS[0]), "utf-8")
    top = json.loads((root / "catalog.json").read_text("utf-8"))
    top["links"] += [
        {"rel": "item", "href": "../secret.json"},
        {"rel": "item", "href": "https://example.invalid/item.json"},
        {"rel": "child", "href": "./gone.json"},
        {"rel": "child", "href": "./catalog.json"},
        {"rel": "item", "href": "./no-item.json"},
    ]
    (root / "catalog.json").write_text(json.dumps(top), "utf-8")
    summary, hits, rejected = run(root, tmp_path, book)
    assert len(hits) == 2
    assert summary["rejected"] == 4
    reasons = " ".join(entry["reason"] for entry in rejected)
    assert reasons.count("leads out of the catalogue's folder") == 2
    assert "the catalogue gone.json cannot be read" in reasons
    assert "no-item.json cannot be read" in reasons


BAD_FILES = {
    "empty": (b"", "is empty"), "text": (b"hello", "no form taken here"), "cut.json": (b'{"type":"FeatureCollection",\n"features":[{', "do not close"),
    "no scene": (b'{"type":"FeatureCollection","features":[]}', "holds no scene"), "damaged.parquet": (b"PAR1" + b"x" * 50 + b"PAR1", "damaged"),
    "named.vrt": (b"SQLite format 3\0", "GPKG file by its content"), "broken.gpkg": (b"SQLite format 3\0" + b"x" * 100, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_taken_is_refused_in_words(name, tmp_path):
    content, why = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidSubmission, match=why):
        partitions_of(path)


def test_parquet_that_is_not_geoparquet_is_refused(tmp_path, book):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InvalidSubmission, match="without sound GeoParquet metadata"):
        run(path, tmp_path, book)


def test_an_item_counts_with_the_finest_of_its_assets(tmp_path, book):
    item = an_item("pan inside", gsd=2.0) | {
        "assets": {"pan": {"href": "a.tif", "gsd": 0.3}, "ms": {"href": "b.tif", "gsd": 1.2}}
    }
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(item), "utf-8")
    (hit,) = run(path, tmp_path, book)[1]
    assert hit["value_m"] == 0.3


def test_days_are_cut_in_one_way_whatever_the_batches(tmp_path, book, monkeypatch):
    monkeypatch.setattr(cutting, "RANGE_BYTES", 700)
    monkeypatch.setattr(cutting, "ITEMS", 2)
    for form in ("ndjson", "item collection"):
        parts = partitions_of(FORMS[form](tmp_path))
        assert len(parts) >= 3
        assert sum(part.rows for part in parts) == 5
        hits = run(FORMS[form](tmp_path), tmp_path, book)[1]
        assert [(hit["row"], hit["scene_id"]) for hit in hits] == [(0, "violates"), (3, "before")]


# ------------------------------------------------------------------------------------- long archives


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """40,000 scenes along tracks in 20 row groups, four of them over Israel, and some that are wrong."""
    path = tmp_path_factory.mktemp("archive") / "archive.parquet"
    count = 40_000
    shapes = along_tracks(count)
    shapes[::10_000] = shapely.Polygon(TEL_AVIV)
    rng = np.random.default_rng(1)
    days = np.datetime64("2012-01-01") + rng.integers(0, 5000, count).astype("timedelta64[D]")
    table = a_table(
        shapes,
        id=[f"S{n}" for n in range(count)],
        datetime=pa.array(days.astype("datetime64[us]"), pa.timestamp("us", tz="UTC")),
        gsd=np.where(np.arange(count) % 9_999 == 5, -1.0, rng.choice([0.3, 0.5, 3.0], count)),
        modality=rng.choice(["panchromatic", "multispectral"], count),
        platform=rng.choice(["alpha-1", "beta-2"], count),
    )
    pq.write_table(table, path, row_group_size=2_000)
    return path


def in_a_process(archive, out):
    """A run of its own; its messages go to a file beside the output."""
    out.parent.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["screen", archive, "--out", out, "--licence", "part_960,tier=1", "--as-of", "2025-03-01"]
    with out.parent.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "rsiwg.cli", *map(str, arguments)], env=ENVIRONMENT, stdout=log, stderr=log
        )


def outputs(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_killed_run_goes_on_and_gives_the_same_bytes(archive, tmp_path):
    whole = in_a_process(archive, tmp_path / "whole" / "hits.parquet")
    assert whole.wait(timeout=120) == 1, (tmp_path / "whole.log").read_text("utf-8")
    out = tmp_path / "killed" / "hits.parquet"
    killed = in_a_process(archive, out)
    deadline = time.monotonic() + 60
    while not (kept := list(out.parent.glob(".hits.parquet.work-*/0*.json"))) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert kept, "something was kept before the kill"
    assert not out.exists()
    again = in_a_process(archive, out)
    assert again.wait(timeout=120) == 1
    assert "by an earlier run" in (tmp_path / "killed.log").read_text("utf-8")
    assert outputs(out.parent) == outputs(tmp_path / "whole")
    assert len(outputs(out.parent)) == 5
    assert not list(out.parent.glob(".hits*")), "nothing is left beside the output"


def test_another_question_does_not_take_what_an_earlier_run_kept(archive, tmp_path, book):
    from rsiwg.screening.judge import Screener  # noqa: PLC0415
    from rsiwg.screening.run import run_key  # noqa: PLC0415

    parts = partitions_of(archive)
    one = Screener.of(book, TERMS)
    keys = {run_key(screener, parts) for screener in (
        one, attrs.evolve(one, as_of=book.covers.start), attrs.evolve(one, terms=Terms()),
        attrs.evolve(one, rulebook=attrs.evolve(one.rulebook, version="0" * 64)),
    )}  # fmt: skip
    assert len(keys) == 4
    os.utime(archive, (1, 1))
    assert run_key(one, parts) not in keys


def test_threads_and_their_number_do_not_change_a_byte(archive, tmp_path, book):
    for workers in (1, 3):
        casework.screen(archive, tmp_path / f"{workers}" / "hits.parquet", book, TERMS, workers=workers)
    one, three = outputs(tmp_path / "1"), outputs(tmp_path / "3")
    assert one == three


@pytest.mark.slow
def test_memory_does_not_grow_with_the_archive(archive, tmp_path):
    """Peak memory of a process for 40,000 scenes in 20 row groups, and for the same file 3 times over."""
    many = tmp_path / "many"
    many.mkdir()
    for n in range(3):
        os.link(archive, many / f"{n}.parquet")
    peaks = []
    for source in (archive, many):
        run_it = (
            "import resource, sys\nfrom rsiwg import cli\n"
            f"cli.main(['screen', {str(source)!r}, '--out', {str(tmp_path / source.stem / 'o.parquet')!r}, '--quiet', '--licence', 'part_960,tier=1', '--as-of', '2025-03-01'])\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", run_it],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout.split()[-1]) / 1024)
    assert peaks[1] - peaks[0] < 60, peaks


# ---------------------------------------------------------------------------------- the command line


def test_the_command_says_what_was_found(tmp_path, capsys):
    path = as_lines(tmp_path)
    out = tmp_path / "hits.parquet"
    code = cli.main(
        [
            "screen",
            str(path),
            "--out",
            str(out),
            "--licence",
            "part_960,tier=1",
            "--licensee",
            "Example",
            "--cache",
            str(tmp_path / "c"),
        ]
    )
    printed = capsys.readouterr()
    assert code == 1
    assert printed.out.startswith("RESTRICTED  5 scenes: 2 restricted, 0 undetermined, 3 clear; 0 rejected\n")
    assert "5 of 5 scenes" in printed.err
    assert any((tmp_path / "c").iterdir())
    assert cli.main(["screen", str(path), "--out", str(out), "--quiet", "--cache", str(tmp_path / "c")]) == 2
    assert (
        cli.main(
            [
                "screen",
                str(path),
                "--out",
                str(out),
                "--quiet",
                "--licence",
                "part_960,tier=1",
                "--as-of",
                "2020-07-20",
            ]
        )
        == 1
    )


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--licence", "tier=4", "is not understood"), ("--licence", "part_960=maybe", "is not understood"), ("--licensee", " ", "licensee: this is empty"),
     ("--scheduler", "nowhere", "scheduler: "), ("--workers", "0", "workers: give 1 or more")],
)  # fmt: skip
def test_a_wrong_option_is_named(option, value, says, tmp_path, capsys):
    assert cli.main(["screen", str(as_lines(tmp_path)), "--out", str(tmp_path / "o"), option, value]) == 3
    assert says in capsys.readouterr().err


def test_terms_are_read_as_said():
    terms = read_terms(
        licence="part_960, tier=2,us_person=no,operated_from_us",
        licensee="X",
        activity=("collect",),
        recipient="commercial",
    )
    assert terms.document() == {
        "part_960": True, "tier": 2, "licensee": "X", "us_person": False, "operated_from_us": True, "activity": ["collect"],
        "recipient": "commercial", "modality": None, "exercise": False,
    }  # fmt: skip


# ------------------------------------------------------------------------------------- STAC, written back


@pytest.mark.parametrize("form", ["ndjson", "item collection", "static catalogue"])
def test_items_get_their_verdict_and_stay_valid(form, tmp_path, book):
    pystac = pytest.importorskip("pystac")
    target = tmp_path / "items.ndjson"
    run(FORMS[form](tmp_path), tmp_path, book, items=target)
    items = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    told = {item["id"]: item["properties"] for item in items}
    assert {name: p["rsiwg:verdict"] for name, p in told.items()} == {
        "violates": "restricted", "elsewhere": "clear", "at the limit": "clear", "before": "restricted", "already the next day in UTC": "clear",
    }  # fmt: skip
    assert told["violates"]["rsiwg:restrictions"] == [
        {"restriction": "israel-resolution", "outcome": "conflict", "overlap_share": 1.0}
    ]
    for item, before in zip(items, ITEMS, strict=True):
        made = pystac.Item.from_dict(item)
        if item["id"] != "already the next day in UTC":  # STAC wants UTC, and this one has an offset
            assert made.validate()
        assert {
            k: v for k, v in item["properties"].items() if not k.startswith("rsiwg:") or k == "rsiwg:modality"
        } == before["properties"]


def test_an_item_that_cannot_be_judged_says_why(tmp_path, book):
    path, target = tmp_path / "a.ndjson", tmp_path / "items.ndjson"
    path.write_text("\n".join([json.dumps(an_item("bad", gsd=-1)), "no json", json.dumps(ITEMS[0])]), "utf-8")
    run(path, tmp_path, book, items=target)
    bad, good = (json.loads(line)["properties"] for line in target.read_text("utf-8").splitlines())
    assert bad["rsiwg:verdict"] == "undetermined"
    assert bad["rsiwg:reason"].startswith("gsd: -1 m is outside")
    assert good["rsiwg:verdict"] == "restricted"


def test_only_stac_items_are_written_back(tmp_path, book):
    with pytest.raises(InvalidSubmission, match="only STAC items"):
        run(as_parquet(tmp_path), tmp_path, book, items=tmp_path / "items.ndjson")
