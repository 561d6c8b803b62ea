"""What a sensor covers on the ground: footprints, swaths, the field of regard, ground tracks.

A view is described about the nadir frame of a satellite: down (the geodetic nadir), forward (along the motion over the
turning Earth, level) and right.  Every outline is an `Area`, right across 180 degrees and over a pole: a ring that winds once
round the Earth holds the pole on its side.  Directions are met with the ellipsoid by `viewing.look`, exactly.
"""

import itertools
import math

import attrs
import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from shapely import Polygon

from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import Area, area_km2, join
from rsiwg.geometry.area import from_parts
from rsiwg.sensing.orbits import Track, up_vectors
from rsiwg.sensing.viewing import ecef_of, horizon_off_nadir_deg, look

Floats = NDArray[np.float64]

_PER_EDGE = 16
_CORNERS = 720
_LINE_DEG = 0.0001
"""Along-track field of view of a scan line where none is given: 1 m from 600 km."""
_GEOD = Geod(ellps="WGS84")


@attrs.frozen(kw_only=True)
class View:
    """A field of view and where it points."""

    across_deg: float
    """Whole field of view at a right angle to the motion."""
    along_deg: float = _LINE_DEG
    """Whole field of view along the motion; of a pushbroom, one line."""
    roll_deg: float = 0.0
    """Positive looks to the right of the motion."""
    pitch_deg: float = 0.0
    """Positive looks forward."""

    def __attrs_post_init__(self) -> None:
        ranges = {"across_deg": (0.0, 150.0), "along_deg": (0.0, 150.0)}
        problems = {
            name: f"{getattr(self, name):g} is out of range: above {least:g} to {most:g} (degrees)"
            for name, (least, most) in ranges.items()
            if not least < getattr(self, name) <= most
        }
        for name in ("roll_deg", "pitch_deg"):
            if not abs(getattr(self, name)) < 90:
                problems[name] = f"{getattr(self, name):g} is out of range: above -90 and below 90 (degrees)"
        if problems:
            raise InvalidSubmission(problems)


@attrs.frozen(kw_only=True)
class Footprint:
    """One image's outline on the ground."""

    area: Area
    width_km: float
    """Across: geodesic distance between the middles of the left and the right edge."""
    length_km: float
    """Along: between the middles of the front and the back edge."""
    area_km2: float
    off_nadir_deg: float
    """Of the middle of the view."""
    incidence_deg: float


def across_deg_of_swath(*, swath_km: float, altitude_km: float) -> float:
    """The field of view, degrees, that covers a swath at nadir from this altitude (sphere of the mean radius).

    tan(a/2) = R sin(s/2R) / (R + h - R cos(s/2R)) (Wertz, Space Mission Analysis and Design, section 5.2).
    """
    if not (0 < swath_km <= 3000 and 100 <= altitude_km <= 100_000):
        raise InvalidSubmission(
            {
                "swath_km": f"{swath_km:g} is out of range: above 0 to 3,000 (kilometres), with an altitude of 100 to 100,000 km"
            }
        )
    radius, angle = 6371.0088, swath_km / 2 / 6371.0088
    return 2 * math.degrees(
        math.atan2(radius * math.sin(angle), radius + altitude_km - radius * math.cos(angle))
    )


def attitude_of(*, off_nadir_deg: float, side: str = "right") -> tuple[float, float]:
    """(roll, pitch), degrees, that look off nadir to the ``left`` or ``right`` of the motion, ``forward`` or ``backward``."""
    turns = {"right": (1.0, 0.0), "left": (-1.0, 0.0), "forward": (0.0, 1.0), "backward": (0.0, -1.0)}
    if side not in turns:
        raise InvalidSubmission({"side": f"there is no such side: give one of {', '.join(turns)}"})
    return turns[side][0] * off_nadir_deg, turns[side][1] * off_nadir_deg


def footprint(position_km: Floats, velocity_km_s: Floats, view: View) -> Footprint:
    """The ground in view from one Earth-fixed position, moving at an Earth-fixed velocity; shapes (3,).

    Raises:
        InvalidSubmission: part of the view looks past the horizon.
    """
    u = np.linspace(-1, 1, _PER_EDGE + 1)
    one = np.ones(_PER_EDGE)
    across = np.concatenate([u[:-1], one, -u[:-1], -one])
    along = np.concatenate([one, -u[:-1], -one, u[:-1]])
    middles = np.array([(-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (0.0, 0.0)])
    lon, lat, off_nadir, incidence = _met(
        position_km, velocity_km_s, view, np.r_[across, middles[:, 0]], np.r_[along, middles[:, 1]]
    )
    ring, rest = slice(0, len(across)), len(across)
    area = ring_area(lon[ring], lat[ring])
    return Footprint(
        area=area,
        width_km=_GEOD.inv(lon[rest], lat[rest], lon[rest + 1], lat[rest + 1])[2] / 1000,
        length_km=_GEOD.inv(lon[rest + 2], lat[rest + 2], lon[rest + 3], lat[rest + 3])[2] / 1000,
        area_km2=area_km2(area),
        off_nadir_deg=float(off_nadir[-1]),
        incidence_deg=float(incidence[-1]),
    )


def swath(track: Track, satellite: int, view: View) -> Area:
    """The ground that the across-track line of a view sweeps along a track, one piece between each two times.

    Choose times some seconds apart: between them the edges of the swath are straight in longitude and latitude.
    """
    positions, velocities = track.position_km[satellite], track.velocity_km_s[satellite]
    flying = positions.any(axis=1)
    u = np.linspace(-1, 1, 9)
    rows = [
        _met(p, v, view, u, np.zeros(len(u)))[:2]
        for p, v in zip(positions[flying], velocities[flying], strict=True)
    ]
    return join(
        ring_area(np.r_[lon, later_lon[::-1]], np.r_[lat, later_lat[::-1]])
        for (lon, lat), (later_lon, later_lat) in itertools.pairwise(rows)
    )


def field_of_regard(
    position_km: Floats, *, max_off_nadir_deg: float | None = None, min_elevation_deg: float = 0.0
) -> Area:
    """All ground within the off-nadir limit and above the least elevation, from one position of shape (3,)."""
    azimuth = np.linspace(0, 360, _CORNERS, endpoint=False)
    position_m = np.asarray(position_km) * 1000
    horizon = horizon_off_nadir_deg(position_m, look_azimuth_deg=azimuth) * (1 - 1e-9)
    edge = _off_nadir_of_elevation(position_m, azimuth, horizon, min_elevation_deg)
    if max_off_nadir_deg is not None:
        edge = np.minimum(edge, max_off_nadir_deg)
    seen = look(position_m, off_nadir_deg=edge, look_azimuth_deg=azimuth)
    return ring_area(seen.target_longitude_deg, seen.target_latitude_deg)


def _off_nadir_of_elevation(
    position_m: Floats, azimuth: Floats, horizon: Floats, elevation_deg: float
) -> Floats:
    if elevation_deg <= 0:
        return horizon
    edge = horizon * (1 - elevation_deg / 90 * 0.5)
    for _ in range(8):  # Newton, with the slope that a sphere has
        incidence = look(
            position_m, off_nadir_deg=np.clip(edge, 0, horizon), look_azimuth_deg=azimuth
        ).incidence_deg
        i, q = np.radians(np.minimum(incidence, 89.99)), np.radians(np.clip(edge, 0.01, 89))
        slope = np.tan(q) / np.tan(np.maximum(i, np.radians(0.01)))
        edge = np.clip(edge + slope * (90 - elevation_deg - incidence), 0, horizon)
    return edge


def ground_tracks(longitude_deg: Floats, latitude_deg: Floats) -> list[list[list[float]]]:
    """The lines of a GeoJSON MultiLineString through places in order, cut where they cross 180 degrees."""
    lines: list[list[list[float]]] = [[]]
    for n in range(len(longitude_deg)):
        lon, lat = float(longitude_deg[n]), float(latitude_deg[n])
        if lines[-1] and abs(lon - lines[-1][-1][0]) > 180:
            before_lon, before_lat = lines[-1][-1]
            side = math.copysign(180.0, before_lon)
            gap = 360 - abs(lon - before_lon)
            share = (180 - abs(before_lon)) / gap if gap > 0 else 0.0
            at = round(before_lat + share * (lat - before_lat), 5)
            lines[-1].append([side, at])
            lines.append([[-side, at]])
        lines[-1].append([round(lon, 5), round(lat, 5)])
    return [line for line in lines if len(line) > 1]


def ring_area(longitude_deg: Floats, latitude_deg: Floats) -> Area:
    """The `Area` inside a ring of places close together, wherever it lies.

    A ring that winds once round the Earth holds the pole nearer to it, and is drawn up to it.
    """
    lon, lat = np.asarray(longitude_deg, dtype=float), np.asarray(latitude_deg, dtype=float)
    steps = (np.diff(np.r_[lon, lon[0]]) + 180) % 360 - 180
    if abs(steps.sum()) < 180:
        unwrapped = lon[0] + np.r_[0, np.cumsum(steps[:-1])]
        return from_parts([Polygon(np.column_stack([unwrapped, lat]))])
    pole = 90.0 if lat.mean() > 0 else -90.0
    order = np.argsort(lon, kind="stable")
    lon, lat = lon[order], lat[order]
    gap = lon[0] + 360 - lon[-1]
    at_180 = lat[-1] + (lat[0] - lat[-1]) * (180 - lon[-1]) / gap if gap > 0 else lat[0]
    line = [(-180.0, at_180), *zip(lon, lat, strict=True), (180.0, at_180)]
    return from_parts([Polygon([*line, (180.0, pole), (0.0, pole), (-180.0, pole)])])


def _met(
    position_km: Floats, velocity_km_s: Floats, view: View, across: Floats, along: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """(longitude, latitude, off-nadir, incidence) where directions of a view meet the ground.

    `across` and `along` run from -1 to 1 over the field of view; the detector is flat, as a frame camera's.
    """
    down, forward, right = _frame(position_km, velocity_km_s)
    x = math.tan(math.radians(view.along_deg) / 2) * along
    y = math.tan(math.radians(view.across_deg) / 2) * across
    pitch, roll = math.radians(view.pitch_deg), math.radians(view.roll_deg)
    # Pitched about the right axis first, then rolled about the forward one.
    a = math.cos(pitch) * x + math.sin(pitch)
    c = math.cos(pitch) - math.sin(pitch) * x
    b, c = math.cos(roll) * y + math.sin(roll) * c, math.cos(roll) * c - math.sin(roll) * y
    direction = a[:, None] * forward + b[:, None] * right + c[:, None] * down
    level = np.hypot(a, b)
    off_nadir = np.degrees(np.arctan2(level, c))
    east, north = _east_north(-down)
    azimuth = np.degrees(np.arctan2(direction @ east, direction @ north)) % 360
    seen = look(np.asarray(position_km) * 1000, off_nadir_deg=off_nadir, look_azimuth_deg=azimuth)
    return seen.target_longitude_deg, seen.target_latitude_deg, off_nadir, seen.incidence_deg


def _frame(position_km: Floats, velocity_km_s: Floats) -> tuple[Floats, Floats, Floats]:
    down = -up_vectors(np.asarray(position_km, dtype=float)[None])[0]
    level = velocity_km_s - (velocity_km_s @ down) * down
    forward = level / np.linalg.norm(level)
    right: Floats = np.cross(down, forward)
    return down, forward, right


def _east_north(up: Floats) -> tuple[Floats, Floats]:
    east = np.array([-up[1], up[0], 0.0])
    length = np.linalg.norm(east)
    east = east / length if length > 1e-12 else np.array([0.0, 1.0, 0.0])
    north: Floats = np.cross(up, east)
    return east, north


def state_over(
    *, longitude_deg: float, latitude_deg: float, altitude_km: float, heading_deg: float
) -> tuple[Floats, Floats]:
    """(position in km, a unit velocity), Earth-fixed, of a satellite over a place, moving level on a heading from north."""
    problems = {}
    for name, value, least, most, unit in (
        ("longitude_deg", longitude_deg, -180, 180, "degrees"), ("latitude_deg", latitude_deg, -90, 90, "degrees"),
        ("altitude_km", altitude_km, 100, 100_000, "kilometres above the ellipsoid"), ("heading_deg", heading_deg, -360, 360, "degrees from north"),
    ):  # fmt: skip
        if not least <= value <= most:
            problems[name] = f"{value:g} is out of range: {least:,g} to {most:,g} ({unit})"
    if problems:
        raise InvalidSubmission(problems)
    position = (
        ecef_of(latitude_deg=latitude_deg, longitude_deg=longitude_deg, height_m=1000 * altitude_km) / 1000
    )
    up = up_vectors(position[None])[0]
    east, north = _east_north(up)
    heading = math.radians(heading_deg)
    return position, math.sin(heading) * east + math.cos(heading) * north


def times_between(start_s: float, end_s: float, step_s: float) -> Floats:
    """Even times from start to end, both included, at most `step_s` apart."""
    count = max(2, math.ceil((end_s - start_s) / step_s) + 1)
    return np.linspace(start_s, end_s, count)
