"""Reads geodata/ into a `Rulebook`."""

import datetime as dt
import hashlib
from pathlib import Path

from rsiwg.domain import Period, Place, PlaceIndex, Places, Regulation, Rulebook
from rsiwg.domain.availability import NO_CATALOGUE
from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook.availability import read_catalogue
from rsiwg.rulebook.layers import LayerFile, read_layer
from rsiwg.rulebook.regulation import read_topic
from rsiwg.rulebook.restrictions import read_restriction
from rsiwg.rulebook.tables import Table, read_table


def load(folder: Path) -> Rulebook:
    """Read every file that ``rulebook.toml`` lists, and refuse files that it does not list.

    Raises:
        RulebookUnusable: a TOML file is wrong.  What is only missing or altered is a problem of the
            rulebook instead, so that answers are undetermined and say why.
    """
    table = read_table(folder / "rulebook.toml", "rulebook.toml")
    slugs, names = table.texts("restrictions"), table.texts("layers")
    topics = table.texts("regulation", ())
    catalogues = (table.text("availability"),)
    review_after_days, read_on = table.whole("review_after_days"), table.day("read_on")
    covers_from = table.day("covers_from")
    near_miss_km, near_miss_share = table.number("near_miss_km"), table.number("near_miss_share")
    roles = table.table("places")
    for told_to_people_only in ("title", "steward", "marking"):
        table.text(told_to_people_only)
    table.done()
    _refuse_unlisted(folder, "restrictions", slugs)
    _refuse_unlisted(folder, "layers", names)
    _refuse_unlisted(folder, "regulation", topics)
    _refuse_unlisted(folder, "availability", catalogues)

    problems = [
        f"The file {kind}/{name}.toml is listed in the rulebook and missing."
        for kind, listed in (
            ("restrictions", slugs),
            ("layers", names),
            ("regulation", topics),
            ("availability", catalogues),
        )
        for name in listed
        if not (folder / kind / f"{name}.toml").is_file()
    ]
    layers = {n: read_layer(folder, n) for n in names if (folder / "layers" / f"{n}.toml").is_file()}
    held = {name: layers.get(name) for name in names}
    restrictions = tuple(
        read_restriction(folder, slug, held, review_after_days)
        for slug in slugs
        if (folder / "restrictions" / f"{slug}.toml").is_file()
    )
    regulation = Regulation(
        topics={
            name: read_topic(folder, name, review_after_days)
            for name in topics
            if (folder / "regulation" / f"{name}.toml").is_file()
        }
    )
    files = [folder / "rulebook.toml", *(folder / "restrictions" / f"{r.id}.toml" for r in restrictions)]
    files += [source.card_path for source in layers.values()]
    files += [folder / "regulation" / f"{name}.toml" for name in regulation.topics]
    hashes = {f"layers/{name}.gpkg": source.layer.sha256 for name, source in layers.items()}
    catalogue, read = NO_CATALOGUE, dict[str, str]()
    if (folder / "availability" / f"{catalogues[0]}.toml").is_file():
        catalogue, read = read_catalogue(folder, catalogues[0])
    return Rulebook(
        version=_version(folder, files, hashes | read),
        covers=Period(covers_from, read_on + dt.timedelta(days=review_after_days)),
        near_miss_km=near_miss_km,
        near_miss_share=near_miss_share,
        restrictions=restrictions,
        layers=tuple(source.layer for source in layers.values()),
        places=_places(roles, layers),
        regulation=regulation,
        availability=catalogue,
        problems=tuple(problems),
    )


def _places(roles: Table, layers: dict[str, LayerFile]) -> Places:
    named = {role: roles.text(role) for role in ("countries", "regions", "land", "seas")}
    roles.done()
    accuracies = [layers[named[r]].layer.accuracy_m for r in ("countries", "land") if named[r] in layers]

    def index(role: str) -> PlaceIndex:
        source = layers.get(named[role])
        return PlaceIndex(places=_sound(source) if source else ())

    return Places(
        countries=index("countries"),
        regions=index("regions"),
        land=index("land"),
        seas=index("seas"),
        accuracy_m=max(accuracies, default=0.0),
    )


def _sound(source: LayerFile) -> tuple[Place, ...]:
    return tuple(source.features.values()) if source.layer.problem is None else ()


def _refuse_unlisted(folder: Path, kind: str, listed: tuple[str, ...]) -> None:
    if len(set(listed)) != len(listed):
        raise RulebookUnusable(f"rulebook.toml lists one of its {kind} twice")
    found = {path.stem for path in (folder / kind).glob("*.toml")}
    if unlisted := sorted(found - set(listed)):
        raise RulebookUnusable(f"{kind}/{unlisted[0]}.toml is there, and rulebook.toml does not list it")


def _version(folder: Path, files: list[Path], hashes: dict[str, str]) -> str:
    """SHA-256 over the names and contents of every file used; `hashes` has those of the large ones."""
    digests = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }
    return hashlib.sha256(repr(sorted((digests | hashes).items())).encode()).hexdigest()
