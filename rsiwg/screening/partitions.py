"""Cuts an archive into partitions that can be read each on its own, in an order that is always the same."""

import re
import warnings
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs
import orjson

from rsiwg.errors import InvalidSubmission

RANGE_BYTES = 32_000_000
"""Of a text file, in one partition."""
ITEMS = 20_000
"""Of an item collection, in one partition."""
FILES = 500
"""Of a static catalogue, in one partition."""
FEATURES = 50_000
"""Of a vector file, in one partition."""
_MOST_CATALOGUES = 1_000_000
_MAGIC = {b"SQLite format 3\0": "GPKG", b"fgb\x03": "FlatGeobuf", b"\0\0\x27\x0a": "ESRI Shapefile"}
"""Drivers of GDAL that are used, and how their files begin; nothing else reaches GDAL."""
_ENDINGS = {"GPKG": (".gpkg",), "FlatGeobuf": (".fgb",), "ESRI Shapefile": (".shp",)}
_LINES = (".ndjson", ".jsonl", ".geojsonl", ".geojsons", ".geojsonseq")
TAKEN = (
    "a STAC item collection or catalogue, ndjson of STAC items, GeoParquet (a file or a folder of files), GeoPackage, "
    "FlatGeobuf or Shapefile"
)


class Form(StrEnum):
    """How a partition is read."""

    PARQUET = "parquet"
    LINES = "lines"
    COLLECTION = "collection"
    FILES = "files"
    VECTOR = "vector"


@attrs.frozen(kw_only=True)
class Partition:
    """A part of an archive: rows `start` to `stop` of a file, its bytes, or a list of files."""

    number: int = 0
    form: Form
    path: str
    first_row: int
    """Number of its first scene within the source."""
    rows: int
    """Scenes in it."""
    start: int = 0
    """Row group, byte or feature at which it starts."""
    stop: int = 0
    files: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """(what, why) of things that could not even be listed."""


def partitions_of(path: Path) -> list[Partition]:
    """Look at an archive and cut it.

    Raises:
        InvalidSubmission: it is of no form that is taken, or damaged so that its scenes cannot even be counted.
        OSError: it cannot be read.
    """
    cut = list(_folder(path) if path.is_dir() else _file(path))
    if not cut:
        raise InvalidSubmission({"input": f"{path.name} holds no scene"})
    return [attrs.evolve(part, number=n) for n, part in enumerate(cut)]


def _folder(path: Path) -> Iterator[Partition]:
    for name in ("catalog.json", "collection.json"):
        if (path / name).is_file():
            yield from _catalogue(path / name)
            return
    files = sorted(
        p
        for p in path.rglob("*")
        if p.suffix in (".parquet", ".geoparquet") and not p.name.startswith((".", "_"))
    )
    if not files:
        raise InvalidSubmission(
            {
                "input": f"{path.name} is a folder without catalog.json and without .parquet files: give {TAKEN}"
            }
        )
    for file in files:
        yield from _parquet(file)


def _file(path: Path) -> Iterator[Partition]:
    with path.open("rb") as file:
        head = file.read(65_536)
    if head.startswith(b"PAR1"):
        return _parquet(path)
    for magic, driver in _MAGIC.items():
        if head.startswith(magic):
            if path.suffix.lower() not in _ENDINGS[driver]:
                raise InvalidSubmission(
                    {"input": f"{path.name} is a {driver} file by its content: call it {_ENDINGS[driver][0]}"}
                )
            return _vector(path)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if not text:
        raise InvalidSubmission({"input": f"{path.name} is empty: give {TAKEN}"})
    if not text.startswith(b"{"):
        raise InvalidSubmission({"input": f"{path.name} is of no form taken here: give {TAKEN}"})
    if path.suffix.lower() in _LINES or _is_whole(text.partition(b"\n")[0]):
        kind = _kind(text.partition(b"\n")[0])
        if kind in ("Catalog", "Collection"):
            return _catalogue(path)
        if kind != "FeatureCollection":
            return _lines(path)
    elif _kind(head) in ("Catalog", "Collection") or path.name in ("catalog.json", "collection.json"):
        return _catalogue(path)
    return _collection(path)


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _kind(text: bytes) -> str:
    try:
        found = orjson.loads(text.strip())
        return str(found.get("type")) if isinstance(found, dict) else ""
    except orjson.JSONDecodeError:
        return ""


def _parquet(path: Path) -> Iterator[Partition]:
    import pyarrow as pa  # noqa: PLC0415  # heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        meta = pq.ParquetFile(path).metadata
        rows = [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError) as exc:
        if isinstance(exc, FileNotFoundError | PermissionError):
            raise
        raise InvalidSubmission(
            {"input": f"{path.name} cannot be read as Parquet: it is damaged; export it again"}
        ) from None
    first = 0
    for n, count in enumerate(rows):
        if count:
            yield Partition(
                form=Form.PARQUET, path=str(path), first_row=first, rows=count, start=n, stop=n + 1
            )
        first += count


def _lines(path: Path) -> Iterator[Partition]:
    """Ranges of bytes that end with a line."""
    first, start = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(RANGE_BYTES):
            rest = file.readline(RANGE_BYTES)
            if len(rest) == RANGE_BYTES:
                raise InvalidSubmission(
                    {"input": f"{path.name} has a line of over {RANGE_BYTES:,} bytes near byte {start:,}"}
                )
            lines = chunk.count(b"\n") + rest.count(b"\n") + (not (rest or chunk).endswith(b"\n"))
            stop = start + len(chunk) + len(rest)
            yield Partition(
                form=Form.LINES, path=str(path), first_row=first, rows=lines, start=start, stop=stop
            )
            first, start = first + lines, stop


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)


def _collection(path: Path) -> Iterator[Partition]:
    """Ranges of bytes that hold whole features, found without parsing them."""
    depth, key, inside = 0, b"", False
    first, count, begin = 0, 0, 0
    for at, token in _tokens(path):
        if token[:1] == b'"':
            key = token if depth == 1 else key
            continue
        if token in b"{[":
            if inside and depth == 2 and token == b"{" and count == 0:
                begin = at
            inside = inside or (depth == 1 and token == b"[" and key == b'"features"')
            depth += 1
            continue
        depth -= 1
        if inside and depth == 2 and token == b"}":
            count += 1
            if count == ITEMS:
                yield Partition(
                    form=Form.COLLECTION,
                    path=str(path),
                    first_row=first,
                    rows=count,
                    start=begin,
                    stop=at + 1,
                )
                first, count = first + count, 0
        elif inside and depth == 1:
            if count:
                yield Partition(
                    form=Form.COLLECTION, path=str(path), first_row=first, rows=count, start=begin, stop=at
                )
                first, count = first + count, 0
            inside = False
            key = b""
    if depth or inside:
        raise InvalidSubmission(
            {"input": f"{path.name} is cut off or is not JSON: its brackets do not close; export it again"}
        )


def _tokens(path: Path, piece: int = 1 << 22) -> Iterator[tuple[int, bytes]]:
    """(byte, token) of every bracket and string; a string that runs over the end of a piece is read again."""
    with path.open("rb") as file:
        base, data = 0, b""
        while more := file.read(piece):
            data += more
            end = 0
            for found in _TOKEN.finditer(data):
                end = found.end()
                yield base + found.start(), found[0]
            open_quote = data.find(b'"', end)
            keep = open_quote if open_quote >= 0 else len(data)
            if len(data) - keep > RANGE_BYTES:
                raise InvalidSubmission(
                    {"input": f"{path.name} has a text of over {RANGE_BYTES:,} bytes, or is not JSON"}
                )
            base, data = base + keep, data[keep:]


def _catalogue(path: Path) -> Iterator[Partition]:
    """Items of a static catalogue on disk, by its links; a link that leaves the folder is refused."""
    root = path.parent.resolve()
    waiting, seen = [path.resolve()], {path.resolve()}
    items: list[str] = []
    refused: list[tuple[str, str]] = []
    while waiting:
        at = waiting.pop()
        name = at.relative_to(root).as_posix()
        try:
            document = orjson.loads(at.read_bytes())
            links = [link for link in document["links"] if isinstance(link, dict)]
        except (OSError, ValueError, KeyError, TypeError) as exc:
            why = (
                exc.strerror if isinstance(exc, OSError) else "it is not a STAC catalogue in JSON, with links"
            )
            refused.append((name, f"the catalogue {name} cannot be read: {why}"))
            continue
        followed: list[Path] = []
        for link in links:
            if link.get("rel") not in ("child", "item"):
                continue
            target = _target(at, str(link.get("href")), root)
            if target is None:
                refused.append(
                    (name, f"the link to {str(link.get('href'))[:100]} leads out of the catalogue's folder")
                )
            elif link["rel"] == "item":
                items.append(str(target))
            elif target not in seen:
                seen.add(target)
                followed.append(target)
        if len(seen) > _MOST_CATALOGUES:
            raise InvalidSubmission({"input": f"{path.name} leads to over {_MOST_CATALOGUES:,} catalogues"})
        waiting += reversed(followed)
    items = list(dict.fromkeys(items))
    for first in range(0, max(len(items), 1 if refused else 0), FILES):
        files = tuple(items[first : first + FILES])
        yield Partition(
            form=Form.FILES,
            path=str(path),
            first_row=first,
            rows=len(files),
            files=files,
            refused=tuple(refused) if first == 0 else (),
        )


def _target(at: Path, href: str, root: Path) -> Path | None:
    address = urlsplit(href)
    if address.scheme or address.netloc or not address.path:
        return None
    target = (at.parent / unquote(address.path)).resolve()
    return target if target.is_relative_to(root) else None


def _vector(path: Path) -> Iterator[Partition]:
    import pyogrio  # noqa: PLC0415  # heavy

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL warns of in a damaged file it also refuses
            layers = [layer for layer, kind in pyogrio.list_layers(path) if kind is not None]
            count = sum(max(pyogrio.read_info(path, layer=layer)["features"], 0) for layer in layers)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError):
        raise InvalidSubmission(
            {"input": f"{path.name} cannot be read: it is damaged; export it again"}
        ) from None
    if len(layers) != 1:
        raise InvalidSubmission(
            {"input": f"{path.name} has {len(layers)} layers with geometry: give a file with one"}
        )
    for first in range(0, count, FEATURES):
        rows = min(FEATURES, count - first)
        yield Partition(
            form=Form.VECTOR, path=str(path), first_row=first, rows=rows, start=first, stop=first + rows
        )
