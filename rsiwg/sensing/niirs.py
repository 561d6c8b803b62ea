"""What an image may be rated on the NIIRS scale, by the General Image Quality Equations 3, 4 and 5.  Indicative only.

NIIRS is a rating that trained interpreters give; the equations were fitted to such ratings of particular sensors, and an
answer is a tendency and not a measurement.  No rule rests on it.  Here the ground sample distance is the geometric mean
of the two directions, in metres, and turned into the equations' inches.

    GIQE 3: NIIRS = 11.81 + 3.32 log10(RER / GSD) - 1.48 H - G / SNR
    GIQE 4: NIIRS = 10.251 - a log10 GSD + b log10 RER - 0.656 H - 0.344 G / SNR
            a = 3.32, b = 1.559 where RER >= 0.9, else a = 3.16, b = 2.817
    GIQE 5: NIIRS = 9.57 - 3.32 log10 GSD + 3.32 (1 - exp(-1.9 / SNR)) log10 RER - 2 (log10 RER)^4 - 1.8 / SNR

Sources: Leachtenauer, Malila, Irvine, Colburn and Salvaggio, General Image-Quality Equation: GIQE, Applied Optics 36, 1997
(3 and 4); Harrington, Bailen, Leachtenauer and others, General Image Quality Equation (GIQE) Version 5.0, National
Geospatial-Intelligence Agency, 2015, table 2; Leachtenauer and Driggers, Surveillance and Reconnaissance Imaging Systems,
2001 (the scale and ground resolved distances).
"""

from enum import IntEnum

import attrs
import numpy as np
from numpy.typing import ArrayLike

from rsiwg.sensing.parameters import Floats, require

METRES_PER_INCH = 0.0254


class Giqe(IntEnum):
    """Which version of the equation."""

    THREE = 3
    FOUR = 4
    FIVE = 5


def niirs(
    version: Giqe,
    *,
    gsd_m: ArrayLike,
    relative_edge_response: ArrayLike,
    signal_to_noise: ArrayLike,
    overshoot: ArrayLike = 1.0,
    noise_gain: ArrayLike = 1.0,
) -> Floats:
    """An indication of the NIIRS level, 0 to 9.  All arrays broadcast.

    `gsd_m` is the geometric mean of cross-view and along-view, `relative_edge_response` (RER) and `overshoot` (H) the
    geometric means of the two directions, `noise_gain` (G) that of the sharpening; GIQE 5 uses neither H nor G.
    Raises InvalidSubmission naming what is out of range.
    """
    inches = require("gsd_m", gsd_m) / METRES_PER_INCH
    rer = require("relative_edge_response", relative_edge_response)
    snr = require("signal_to_noise", signal_to_noise)
    h, g = require("overshoot", overshoot), require("noise_gain", noise_gain)
    log_gsd, log_rer = np.log10(inches), np.log10(rer)
    if version is Giqe.THREE:
        level = 11.81 + 3.32 * (log_rer - log_gsd) - 1.48 * h - g / snr
    elif version is Giqe.FOUR:
        sharp = rer >= 0.9
        a, b = np.where(sharp, 3.32, 3.16), np.where(sharp, 1.559, 2.817)
        level = 10.251 - a * log_gsd + b * log_rer - 0.656 * h - 0.344 * g / snr
    else:
        level = 9.57 - 3.32 * log_gsd + 3.32 * (1 - np.exp(-1.9 / snr)) * log_rer - 2 * log_rer**4 - 1.8 / snr
    return np.clip(level, 0.0, 9.0)


def geometric_mean_gsd_m(*, cross_view_gsd_m: ArrayLike, along_view_gsd_m: ArrayLike) -> Floats:
    """The GSD that the equations ask for; a little finer than the arithmetic mean that vendors publish."""
    cross, along = require("gsd_m", cross_view_gsd_m), require("gsd_m", along_view_gsd_m)
    return np.sqrt(cross * along)


@attrs.frozen
class GrdRow:
    """A level of the visible NIIRS, and the ground resolved distances that go with it."""

    niirs: int
    finest_m: float | None
    """None: no finer bound."""
    coarsest_m: float | None
    """None: no coarser bound."""

    @property
    def span(self) -> str:
        """In words."""
        if self.finest_m is None:
            return f"{self.coarsest_m:g} m or finer"
        if self.coarsest_m is None:
            return f"coarser than {self.finest_m:g} m"
        return f"{self.finest_m:g} to {self.coarsest_m:g} m"


GRD_BY_NIIRS = (
    GrdRow(1, 9.0, None),
    GrdRow(2, 4.5, 9.0),
    GrdRow(3, 2.5, 4.5),
    GrdRow(4, 1.2, 2.5),
    GrdRow(5, 0.75, 1.2),
    GrdRow(6, 0.40, 0.75),
    GrdRow(7, 0.20, 0.40),
    GrdRow(8, 0.10, 0.20),
    GrdRow(9, None, 0.10),
)
"""Ground resolved distance (GRD), metres, of each level of the visible scale (Imagery Resolution Assessments and Reporting
Standards Committee, Civil NIIRS Reference Guide, 1996).

GRD is the smallest gap between two objects that a person tells apart.  It is not the GSD: by sampling alone it is at least
twice that, and contrast and blur make it coarser.
"""


def document(version: Giqe, level: float) -> dict[str, bool | int | float | None]:
    """The answer in JSON, with the ground resolved distance that a level stands for."""
    row = grd_row(level)
    return {
        "indicative": True,
        "giqe": int(version),
        "niirs": round(level, 4),
        "grd_finest_m": None if row is None else row.finest_m,
        "grd_coarsest_m": None if row is None else row.coarsest_m,
    }


def grd_row(level: float) -> GrdRow | None:
    """The row of a level, rounded down; None below level 1."""
    whole = int(float(require("niirs", level)))
    return GRD_BY_NIIRS[whole - 1] if whole >= 1 else None
