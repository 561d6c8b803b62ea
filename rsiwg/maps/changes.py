"""The scene of a change of the rulebook: the ground added and removed, and the requests whose answer changes."""

from collections.abc import Iterator, Mapping
from typing import Any

from shapely.geometry import shape

from rsiwg.maps.scene import Feature, Group, Layer, Scene
from rsiwg.maps.shaping import simplify_for_drawing

_WORDS = {"added": "Ground added", "removed": "Ground removed"}


def scene_of_changes(document: Mapping[str, Any]) -> Scene:
    """Lay out the JSON of an impact.  Nothing is computed about it."""
    touched = document["requests"]["changed"]
    return Scene(
        title="What a change of the rulebook touches",
        summary=(
            f"Of {document['requests']['read']:,} stored requests, {document['requests']['verdict_changes']:,} would get "
            f"another verdict and {len(touched):,} another answer at all."
        ),
        layers=(*_ground(document["changes"]), *_requests(touched)),
        note=f"Drawn from rulebook {document['old'][:12]} against {document['new'][:12]}.",
    )


def _ground(changes: list[Mapping[str, Any]]) -> Iterator[Layer]:
    for number, change in enumerate(changes):
        for side, word in _WORDS.items():
            if change[side] is None:
                continue
            outline, tolerance_m = simplify_for_drawing(shape(change[side]["area"]))
            yield Layer(
                key=f"{side}-{number}",
                title=f"{word}: {change['of']}, {change['name']}",
                group=Group.CHANGES,
                style=f"ground-{side}",
                features=(
                    Feature(
                        geometry=outline,
                        label=f"{word}: {change['of']}, {change['name']}, {change[f'{side}_km2']:,.6g} km²",
                        rows=(("Change", change["says"]), ("Area", f"{change[f'{side}_km2']:,.6g} km²")),
                    ),
                ),
                tolerance_m=tolerance_m,
            )


def _requests(touched: list[Mapping[str, Any]]) -> Iterator[Layer]:
    for key, title, keeps_verdict in (
        ("verdict", "Requests whose verdict changes", False),
        ("finding", "Requests whose findings or answers change", True),
    ):
        drawn = [
            (each, *simplify_for_drawing(shape(each["aoi"]["area"])))
            for each in touched
            if each["aoi"] and (each["before"] == each["after"]) is keeps_verdict
        ]
        if drawn:
            yield Layer(
                key=f"requests-{key}",
                title=title,
                group=Group.REQUEST,
                style="aoi",
                shown=key == "verdict",
                features=tuple(_request(each, outline) for each, outline, _ in drawn),
                tolerance_m=max((t for _, _, t in drawn if t is not None), default=None),
            )


def _request(each: Mapping[str, Any], outline: Any) -> Feature:
    now = " ".join(each["now_found"])
    gone = " ".join(each["no_longer_found"])
    rows = [
        ("Verdict", f"{each['before']}, now {each['after']}"),
        ("Area", f"{each['aoi']['area_km2']:,.6g} km²"),
    ]
    rows += [(name, text) for name, text in (("No longer found", gone), ("Now found", now)) if text]
    return Feature(
        geometry=outline, label=f"{each['name']}: {each['before']}, now {each['after']}", rows=tuple(rows)
    )
