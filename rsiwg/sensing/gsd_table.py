"""Many looks at once: rows with gaps and mistakes in, GSD for the good rows and a reason for each of the others out.

The command line, its CSV and the API all come through here, so that one row and a hundred thousand follow one path.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.altitude import AltitudeProfile
from rsiwg.sensing.gsd import (
    ALONG_THE_PARALLEL,
    LATITUDE_NEEDED,
    AltitudeAt,
    CollectedGsd,
    gsd_and_horizon,
    ifov_urad_of_optics,
    past_horizon,
)
from rsiwg.sensing.parameters import PARAMETERS, Floats, out_of_range

GIVEN = ("nadir_gsd_m", "ifov_urad", "altitude_km", "off_nadir_deg", "latitude_deg", "look_azimuth_deg")
"""The numbers a row may give."""
FOUND = (
    "cross_view_gsd_m",
    "along_view_gsd_m",
    "mean_gsd_m",
    "incidence_deg",
    "slant_range_km",
    "altitude_km",
)
"""The numbers found for a row."""
_REACH_SLACK_DEG = 1.0
"""Published angles are rounded and belong to the middle of a scene, and an arc turns a little over its length."""
TELLING_KM = 0.5
"""Altitudes of the two ways over a latitude that differ by more are told."""


@attrs.frozen(kw_only=True, eq=False)
class GsdTable:
    """What was found, row by row."""

    rows: NDArray[np.intp]
    """The good rows, by number from 0, ascending."""
    found: Mapping[str, Floats]
    """For each name of `FOUND`, the values of the good rows; always finite."""
    problems: Mapping[int, Mapping[str, str]]
    """For each other row, the parameters that are wrong and why."""


def gsd_table(given: Mapping[str, Floats], elements: Sequence[AltitudeProfile | str | None] = ()) -> GsdTable:
    """GSD of many looks.

    `given` has an array for each name of `GIVEN`, all of one length, with NaN where a row gives nothing.  `elements` has,
    for each row, the altitude of its orbit over latitude, why its elements are refused, or None.
    """
    return _Table(given, elements).run()


class _Table:
    """The rows on their way."""

    def __init__(self, given: Mapping[str, Floats], elements: Sequence[AltitudeProfile | str | None]) -> None:
        self.given = given
        self.n = len(given["off_nadir_deg"])
        self.elements = elements or [None] * self.n
        self.problems: dict[int, dict[str, str]] = {}

    def run(self) -> GsdTable:
        given = self.given
        has = {name: ~np.isnan(given[name]) for name in GIVEN}
        has_elements = np.array([each is not None for each in self.elements], dtype=bool)
        for name in GIVEN:
            for row in np.flatnonzero(has[name] & ~PARAMETERS[name].holds(given[name])):
                self._wrong(row, name, out_of_range(name, float(given[name][row])))
        for n, each in enumerate(self.elements):
            if isinstance(each, str):
                self._wrong(n, "tle", each)
        self._missing(
            ~has["off_nadir_deg"], "off_nadir_deg", f"is needed: give {PARAMETERS['off_nadir_deg'].range}"
        )
        self._missing(has_elements & ~has["latitude_deg"], "latitude_deg", LATITUDE_NEEDED)
        by_datasheet = has["nadir_gsd_m"] & has["altitude_km"]
        self._missing(
            ~has["ifov_urad"] & ~has["nadir_gsd_m"],
            "nadir_gsd_m",
            "or ifov_urad is needed: give one of them",
        )
        self._missing(
            ~has["altitude_km"] & (~has_elements | (has["nadir_gsd_m"] & ~has["ifov_urad"])),
            "altitude_km",
            f"is needed, the one that the nadir GSD is stated for: give {PARAMETERS['altitude_km'].range}",
        )
        good = np.ones(self.n, dtype=bool)
        good[list(self.problems)] = False
        with np.errstate(all="ignore"):
            ifov = np.where(
                has["ifov_urad"], given["ifov_urad"], 1000 * given["nadir_gsd_m"] / given["altitude_km"]
            )
        assert np.all(has["ifov_urad"] | by_datasheet | ~good)
        found = {name: np.full(self.n, np.nan) for name in FOUND}
        plain = good & ~has_elements
        for rows in (
            np.flatnonzero(plain & ~has["latitude_deg"]),
            np.flatnonzero(plain & has["latitude_deg"]),
            np.flatnonzero(good & has_elements),
        ):
            if rows.size:
                self._compute(rows, ifov, found)
        kept = np.array([n for n in np.flatnonzero(good) if n not in self.problems], dtype=np.intp)
        return GsdTable(
            rows=kept, found={name: values[kept] for name, values in found.items()}, problems=self.problems
        )

    def _compute(self, rows: NDArray[np.intp], ifov: Floats, found: Mapping[str, Floats]) -> None:
        given = self.given
        latitude = given["latitude_deg"][rows]
        azimuth = given["look_azimuth_deg"][rows]
        off_nadir = given["off_nadir_deg"][rows]
        seen, horizon = gsd_and_horizon(
            ifov_urad=ifov[rows],
            off_nadir_deg=off_nadir,
            look_azimuth_deg=np.where(np.isnan(azimuth), ALONG_THE_PARALLEL, azimuth),
            latitude_deg=None if np.isnan(latitude[0]) else latitude,
            altitude_at=self._altitude_at(rows),
        )
        self._keep(rows, seen, found)
        self._out_of_reach(rows, seen.incidence_deg - off_nadir)
        for n in np.flatnonzero(off_nadir >= horizon):
            self._wrong(rows[n], "off_nadir_deg", past_horizon(off_nadir[n], horizon[n], seen.altitude_km[n]))

    def _altitude_at(self, rows: NDArray[np.intp]) -> AltitudeAt:
        """One altitude for each row, or that of its orbit over a latitude; rows that share an orbit are asked together."""
        altitude_km = self.given["altitude_km"][rows]
        sharing: dict[int, list[int]] = {}
        for n, row in enumerate(rows):
            sharing.setdefault(id(self.elements[int(row)]), []).append(n)
        orbits = [(self.elements[int(rows[each[0]])], np.array(each)) for each in sharing.values()]
        if not isinstance(orbits[0][0], AltitudeProfile):
            return lambda _: altitude_km

        def at(latitude_deg: Floats) -> Floats:
            found = np.empty_like(latitude_deg)
            for orbit, which in orbits:
                assert isinstance(orbit, AltitudeProfile)
                found[which] = orbit(latitude_deg[which])
            return found

        return at

    def _out_of_reach(self, rows: NDArray[np.intp], arc_deg: Floats) -> None:
        """The satellite must come as near to the target's latitude as the look reaches, in its direction if that is given."""
        latitude, azimuth = self.given["latitude_deg"][rows], self.given["look_azimuth_deg"][rows]
        north_deg = np.where(np.isnan(azimuth), arc_deg, arc_deg * np.cos(np.radians(np.nan_to_num(azimuth))))
        for n, row in enumerate(rows):
            orbit = self.elements[int(row)]
            if not isinstance(orbit, AltitudeProfile):
                continue
            reach_deg = abs(north_deg[n]) if np.isnan(azimuth[n]) else np.sign(latitude[n]) * north_deg[n]
            if abs(latitude[n]) > orbit.highest_latitude_deg + reach_deg + _REACH_SLACK_DEG:
                self._wrong(
                    row,
                    "latitude_deg",
                    f"{latitude[n]:g} degrees is not seen from this orbit, which turns at {orbit.highest_latitude_deg:.1f} degrees, "
                    "at this off-nadir angle and azimuth: correct the latitude, the angles or the elements",
                )

    def _keep(self, rows: NDArray[np.intp], seen: CollectedGsd, found: Mapping[str, Floats]) -> None:
        for name in FOUND:
            found[name][rows] = getattr(seen, name)

    def _missing(self, rows: NDArray[np.bool_], name: str, why: str) -> None:
        for n in np.flatnonzero(rows):
            self._wrong(n, name, why)

    def _wrong(self, row: int | np.intp, name: str, why: str) -> None:
        self.problems.setdefault(int(row), {}).setdefault(name, why)


OPTICS = ("pixel_pitch_um", "focal_length_m")
"""What gives the IFOV of a single look, together."""


@attrs.frozen(kw_only=True)
class OneLook:
    """What was found for a single look."""

    found: Mapping[str, float]
    """By the names of `FOUND`."""
    remarks: tuple[str, ...]
    """Sentences: what was assumed, and what varies."""


def one_look(given: Mapping[str, float | None], elements: AltitudeProfile | None = None) -> OneLook:
    """GSD of a single look, from the names of `GIVEN` and `OPTICS`.

    Raises InvalidSubmission with every parameter that is wrong.
    """
    given = _with_ifov(given)
    columns = {
        name: np.array([np.nan if given.get(name) is None else given[name]], dtype=np.float64)
        for name in GIVEN
    }
    wrong = {
        name: out_of_range(name, float(value))
        for name in GIVEN
        if (value := given.get(name)) is not None and not PARAMETERS[name].holds(np.array(value))
    }
    if wrong:
        raise InvalidSubmission(wrong)
    table = gsd_table(columns, [elements])
    if table.problems:
        raise InvalidSubmission(table.problems[0])
    return OneLook(
        found={name: float(values[0]) for name, values in table.found.items()},
        remarks=tuple(_remarks(given, elements)),
    )


def _with_ifov(given: Mapping[str, float | None]) -> Mapping[str, float | None]:
    pitch_um, focal_m = (given.get(name) for name in OPTICS)
    if (pitch_um is None) != (focal_m is None):
        raise InvalidSubmission({"pixel_pitch_um": "belongs together with focal_length_m: give both or none"})
    if pitch_um is None or focal_m is None:
        return given
    if given.get("ifov_urad") is not None:
        raise InvalidSubmission({"ifov_urad": "is given, and so are pixel pitch and focal length: give one"})
    ifov = float(ifov_urad_of_optics(pixel_pitch_um=pitch_um, focal_length_m=focal_m))
    return {name: value for name, value in given.items() if name not in OPTICS} | {"ifov_urad": ifov}


def looks_from_range(
    given: Mapping[str, float | None], *, lowest_altitude_km: float, highest_altitude_km: float
) -> tuple[OneLook, OneLook]:
    """The same look from both ends of a range of altitudes: the finest and the coarsest.

    `altitude_km` then only is the one that a nadir GSD is stated for.  Raises InvalidSubmission as `one_look` does.
    """
    ends = {"lowest_altitude_km": lowest_altitude_km, "highest_altitude_km": highest_altitude_km}
    known = PARAMETERS["altitude_km"]
    wrong = {
        name: f"{value:g} is out of range: give {known.range}"
        for name, value in ends.items()
        if not known.holds(np.array(value))
    }
    if not wrong and lowest_altitude_km > highest_altitude_km:
        wrong = {"lowest_altitude_km": f"{lowest_altitude_km:g} is above the highest: swap them"}
    if wrong:
        raise InvalidSubmission(wrong)
    reference = dict(_with_ifov(given))
    if reference.get("ifov_urad") is None:
        one_look(reference)  # says what is missing or wrong
        nadir_gsd_m, altitude_km = reference["nadir_gsd_m"], reference["altitude_km"]
        assert nadir_gsd_m is not None
        assert altitude_km is not None
        reference |= {"nadir_gsd_m": None, "ifov_urad": 1000 * nadir_gsd_m / altitude_km}
    low, high = (one_look(reference | {"altitude_km": value}) for value in ends.values())
    return low, high


def _remarks(given: Mapping[str, float | None], elements: AltitudeProfile | None) -> Iterator[str]:
    latitude_deg = given.get("latitude_deg")
    if elements is not None and latitude_deg is not None:
        north_km, south_km = (float(v[0]) for v in elements.both_ways(np.array([latitude_deg])))
        if abs(north_km - south_km) > TELLING_KM:
            yield (
                f"Over this latitude the satellite is {north_km:,.1f} km high northbound and {south_km:,.1f} km southbound; the mean "
                "is used."
            )
        if given.get("look_azimuth_deg") is None:
            yield "No look azimuth is given: the look is taken along the parallel."
    if given.get("ifov_urad") is not None and given.get("nadir_gsd_m") is not None:
        yield "The IFOV is used, and not the nadir GSD, which a datasheet rounds."
