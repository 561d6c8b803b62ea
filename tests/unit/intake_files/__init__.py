"""Real files, made when a test asks for them; loaded by path, since tests are no package."""

import io
import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import geopandas
import shapely
from shapely.geometry import mapping

FORMATS = ("GeoJSON", "KML", "KMZ", "Shapefile", "GeoPackage", "FlatGeobuf", "GeoParquet", "WKT")
NAMES = {
    "GeoJSON": "a.geojson", "KML": "a.kml", "KMZ": "a.kmz", "Shapefile": "a.zip", "GeoPackage": "a.gpkg",
    "FlatGeobuf": "a.fgb", "GeoParquet": "a.parquet", "WKT": "a.wkt",
}  # fmt: skip


def a_file(kind, shapes, names=None, crs="EPSG:4326"):
    """Bytes and a file name; `shapes` in x, y of `crs`."""
    names = names or [f"piece {n}" for n in range(1, len(shapes) + 1)]
    make = {
        "GeoJSON": _geojson, "KML": _kml, "KMZ": _kmz, "Shapefile": _shapefile, "GeoPackage": _geopackage,
        "FlatGeobuf": _flatgeobuf, "GeoParquet": _geoparquet, "WKT": _wkt,
    }[kind]  # fmt: skip
    return make(shapes, names, crs), NAMES[kind]


def zipped(entries, compression=zipfile.ZIP_DEFLATED):
    """A zip of {name: bytes}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def kml_of(body):
    return f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def placemark(polygons, name="piece"):
    """`polygons` is a list of lists of rings of positions."""
    return f"<Placemark><name>{name}</name><MultiGeometry>{''.join(_kml_polygon(p) for p in polygons)}</MultiGeometry></Placemark>"


def shapefile_parts(shapes, names=None, crs="EPSG:4326", stem="a"):
    """The parts of a Shapefile as {name: bytes}."""
    frame = _frame(shapes, names or ["piece"] * len(shapes), crs)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(Path(folder) / f"{stem}.shp", driver="ESRI Shapefile", engine="pyogrio")
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def geopackage_of(layers, crs="EPSG:4326"):
    """A GeoPackage of {layer: shapes}."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        for layer, shapes in layers.items():
            frame = _frame(shapes, [f"{layer} {n}" for n in range(1, len(shapes) + 1)], crs)
            frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio", append=path.exists())
        return path.read_bytes()


def geotiff_of(width=40, height=30, crs="EPSG:32636", west=660_000, north=3_560_000, step=100.0):
    import numpy as np  # noqa: PLC0415
    import rasterio  # noqa: PLC0415
    from rasterio.io import MemoryFile  # noqa: PLC0415

    where = {} if crs is None else {"crs": crs, "transform": rasterio.Affine(step, 0, west, 0, -step, north)}
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore")
        with memory.open(
            driver="GTiff",
            width=width,
            height=height,
            count=1,
            dtype="uint8",
            compress="deflate",
            SPARSE_OK=True,
            **where,
        ) as raster:
            if width * height < 10_000:
                raster.write(np.zeros((1, height, width), dtype="uint8"))
        return memory.read()


def _frame(shapes, names, crs):
    return geopandas.GeoDataFrame({"name": names}, geometry=shapes, crs=crs)


def _geojson(shapes, names, _crs):
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(json.dumps(mapping(shape)))}
        for shape, name in zip(shapes, names, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _kml_polygon(rings):
    shell, *holes = (" ".join(",".join(repr(float(v)) for v in p) for p in ring) for ring in rings)
    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
    inner = "".join(f"<innerBoundaryIs>{ring.format(hole)}</innerBoundaryIs>" for hole in holes)
    return f"<Polygon><outerBoundaryIs>{ring.format(shell)}</outerBoundaryIs>{inner}</Polygon>"


def _kml(shapes, names, _crs):
    def polygons(shape):
        return [[list(r.coords) for r in (p.exterior, *p.interiors)] for p in shapely.get_parts(shape)]

    return kml_of("".join(placemark(polygons(s), n) for s, n in zip(shapes, names, strict=True))).encode()


def _kmz(shapes, names, crs):
    return zipped({"doc.kml": _kml(shapes, names, crs), "files/icon.png": b"\x89PNG"})


def _shapefile(shapes, names, crs):
    return zipped(shapefile_parts(shapes, names, crs))


def _geopackage(shapes, names, crs):
    made = io.BytesIO()
    _frame(shapes, names, crs).to_file(made, driver="GPKG", engine="pyogrio", layer="a")
    return made.getvalue()


def _flatgeobuf(shapes, names, crs):
    made = io.BytesIO()
    _frame(shapes, names, crs).to_file(made, driver="FlatGeobuf", engine="pyogrio", layer="a")
    return made.getvalue()


def _geoparquet(shapes, names, crs):
    made = io.BytesIO()
    _frame(shapes, names, crs).to_parquet(made)
    return made.getvalue()


def _wkt(shapes, _names, _crs):
    whole = shapes[0] if len(shapes) == 1 else shapely.GeometryCollection(shapes)
    return shapely.to_wkt(whole, rounding_precision=-1).encode()
