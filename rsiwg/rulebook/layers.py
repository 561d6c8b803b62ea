"""Layers: files of outlines, each with its provenance beside it, and how sound they are."""

import datetime as dt
import hashlib
import sqlite3
from pathlib import Path

import attrs

from rsiwg.domain import Layer, Place
from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import Area, from_geopackage, stored
from rsiwg.rulebook.tables import read_table


@attrs.frozen(kw_only=True)
class LayerFile:
    """A layer as read: how sound it is, and its features by name, in file order."""

    layer: Layer
    features: dict[str, Place]
    card_path: Path
    """The TOML file; with it and the layer's `sha256` the rulebook's version is made."""
    stated_area_km2: float


def read_layer(folder: Path, name: str) -> LayerFile:
    """Read ``layers/<name>.toml`` and the GeoPackage it names.

    A missing, unreadable or altered GeoPackage is not an error here but a `problem` of the layer, so
    that every answer can say so; a broken TOML file is one.

    Raises:
        RulebookUnusable: the TOML file is missing or wrong.
    """
    card_path = folder / "layers" / f"{name}.toml"
    card = read_table(card_path, f"layers/{name}.toml")
    title, file = card.text("title"), card.text("file")
    if Path(file).name != file:
        raise card.wrong("file", "must be a file name without a folder")
    stated_sha256, stated_count = card.text("sha256"), card.whole("features")
    retrieved_on, review_after_days = card.day("retrieved_on"), card.whole("review_after_days")
    accuracy_m, approximate = card.number("accuracy_m"), card.flag("approximate")
    source, licence = card.text("source"), card.text("licence")
    marking, steward = card.text("marking"), card.text("steward")
    stated_area_km2 = card.number("area_km2")
    for told_to_people_only in ("package", "made_by", "notes"):
        card.text(told_to_people_only, "")
    card.done()

    path = folder / "layers" / file
    sha256, features, problem = "", {}, None
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        # A file that is not the one stated is not opened: any byte of it may be wrong.
        features = _features(path, name) if sha256 == stated_sha256 else {}
    except OSError:
        problem = f"{title}: the file {file} is missing or cannot be read."
    except (sqlite3.Error, InvalidGeometry) as exc:
        problem = f"{title}: the file {file} cannot be read as a layer ({exc})."
    if problem is None and sha256 != stated_sha256:
        problem = (
            f"{title}: the file {file} has been altered; its SHA-256 begins {sha256[:12]} and should begin "
            f"{stated_sha256[:12]}."
        )
    elif problem is None and len(features) != stated_count:
        problem = f"{title}: {len(features)} features were found where {stated_count} are stated."
    return LayerFile(
        layer=Layer(
            name=name,
            title=title,
            source=source,
            licence=licence,
            sha256=sha256,
            feature_count=len(features),
            accuracy_m=accuracy_m,
            approximate=approximate,
            retrieved_on=retrieved_on,
            good_until=retrieved_on + dt.timedelta(days=review_after_days),
            marking=marking,
            steward=steward,
            problem=problem,
        ),
        features=features,
        card_path=card_path,
        stated_area_km2=stated_area_km2,
    )


def areas_of(source: LayerFile, names: tuple[str, ...]) -> list[Area]:
    """The outlines of named features.  Raises KeyError for one that the layer does not hold."""
    return [source.features[name].area for name in names]


def _features(path: Path, table: str) -> dict[str, Place]:
    """Every feature of a GeoPackage, read-only and immutable: no side files, nothing is ever written."""
    quoted = table.replace('"', '""')
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        database.row_factory = sqlite3.Row
        rows = database.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid').fetchall()  # noqa: S608  # our own layer name
    finally:
        database.close()
    features: dict[str, Place] = {}
    for row in rows:
        told = dict(row)
        name = told["feature"]
        if name in features:
            raise InvalidGeometry(f"the feature {name} is there twice")
        features[name] = Place(
            name=told["name"],
            area=stored(from_geopackage(told["geom"])),
            iso_a2=told.get("iso_a2"),
            status=told.get("status") or "state",
            note=told.get("note") or "",
        )
    return features
