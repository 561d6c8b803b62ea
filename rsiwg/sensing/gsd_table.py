"""Many looks at once: rows with gaps and mistakes in, GSD for the good rows and a reason for each of the others out.

The command line, its CSV and the API all come through here, so that one row and a hundred thousand follow one path.
"""

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.sensing.gsd import (
    ALONG_THE_PARALLEL,
    LATITUDE_NEEDED,
    AltitudeAt,
    CollectedGsd,
    gsd_and_horizon,
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


@attrs.frozen(kw_only=True, eq=False)
class GsdTable:
    """What was found, row by row."""

    rows: NDArray[np.intp]
    """The good rows, by number from 0, ascending."""
    found: Mapping[str, Floats]
    """For each name of `FOUND`, the values of the good rows; always finite."""
    problems: Mapping[int, Mapping[str, str]]
    """For each other row, the parameters that are wrong and why."""


def gsd_table(given: Mapping[str, Floats], elements: Sequence[AltitudeAt | str | None] = ()) -> GsdTable:
    """GSD of many looks.

    `given` has an array for each name of `GIVEN`, all of one length, with NaN where a row gives nothing.  `elements` has,
    for each row, the altitude of its orbit over latitude, why its elements are refused, or None.
    """
    return _Table(given, elements).run()


class _Table:
    """The rows on their way."""

    def __init__(self, given: Mapping[str, Floats], elements: Sequence[AltitudeAt | str | None]) -> None:
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
            *self._by_orbit(good & has_elements),
        ):
            if rows.size:
                self._compute(rows, ifov, found)
        kept = np.array([n for n in np.flatnonzero(good) if n not in self.problems], dtype=np.intp)
        return GsdTable(
            rows=kept, found={name: values[kept] for name, values in found.items()}, problems=self.problems
        )

    def _by_orbit(self, rows: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
        """The rows with elements, together where they share them."""
        together: dict[int, list[int]] = {}
        for n in np.flatnonzero(rows):
            together.setdefault(id(self.elements[int(n)]), []).append(int(n))
        return [np.array(each, dtype=np.intp) for each in together.values()]

    def _compute(self, rows: NDArray[np.intp], ifov: Floats, found: Mapping[str, Floats]) -> None:
        given = self.given
        altitude_km = given["altitude_km"][rows]
        orbit = self.elements[int(rows[0])]
        latitude = given["latitude_deg"][rows]
        azimuth = given["look_azimuth_deg"][rows]
        off_nadir = given["off_nadir_deg"][rows]
        seen, horizon = gsd_and_horizon(
            ifov_urad=ifov[rows],
            off_nadir_deg=off_nadir,
            look_azimuth_deg=np.where(np.isnan(azimuth), ALONG_THE_PARALLEL, azimuth),
            latitude_deg=None if np.isnan(latitude[0]) else latitude,
            altitude_at=orbit if callable(orbit) else lambda _: altitude_km,
        )
        self._keep(rows, seen, found)
        for n in np.flatnonzero(off_nadir >= horizon):
            self._wrong(rows[n], "off_nadir_deg", past_horizon(off_nadir[n], horizon[n], seen.altitude_km[n]))

    def _keep(self, rows: NDArray[np.intp], seen: CollectedGsd, found: Mapping[str, Floats]) -> None:
        for name in FOUND:
            found[name][rows] = getattr(seen, name)

    def _missing(self, rows: NDArray[np.bool_], name: str, why: str) -> None:
        for n in np.flatnonzero(rows):
            self._wrong(n, name, why)

    def _wrong(self, row: int | np.intp, name: str, why: str) -> None:
        self.problems.setdefault(int(row), {}).setdefault(name, why)
