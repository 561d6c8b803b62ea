"""sensing: what a sensor on an orbit can really see.

`gsd`, `sar` and `niirs` are here; `sensing_access` has the commands about orbits.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rsiwg.cli import sensing_access
from rsiwg.cli.parts import CLEAR, command, group, limits

if TYPE_CHECKING:
    from rsiwg.sensing.altitude import AltitudeProfile

_GSD_NUMBERS = {
    "nadir_gsd_m": "ground sample distance straight down, metres, as the datasheet has it",
    "altitude_km": "altitude that the datasheet's number is for; without --tle, also that of the look",
    "off_nadir_deg": "angle at the satellite, between nadir and the look (not the incidence on the ground)",
    "ifov_urad": "angle that a detector element sees, microradians; in place of --nadir-gsd-m, and taken before it",
    "latitude_deg": "of the target",
    "look_azimuth_deg": "from the satellite to the target, clockwise from north; left out: along the parallel",
}


def _gsd(options: argparse.Namespace) -> int:
    from rsiwg.errors import InvalidSubmission
    from rsiwg.sensing.gsd_table import OPTICS, one_look

    given = {name: getattr(options, name) for name in (*_GSD_NUMBERS, *OPTICS)}
    if options.csv is not None:
        from rsiwg.cli.sensing_table import gsd_of_csv

        beside = [name for name, value in {**given, "tle": options.tle}.items() if value is not None]
        if beside:
            raise InvalidSubmission(
                {beside[0]: "belongs into the table: give it as a column, or leave --csv out"}
            )
        return gsd_of_csv(options.csv, options.out)
    if options.out is not None:
        raise InvalidSubmission({"out": "belongs together with --csv: give a table, or leave it out"})
    if options.lowest_altitude_km is not None or options.highest_altitude_km is not None:
        return _gsd_of_range(options, given)
    look = one_look(given, None if options.tle is None else _profile(options.tle))
    found = look.found
    if options.json:
        _print_json({**_rounded(found), **({"remarks": look.remarks} if look.remarks else {})})
        return CLEAR
    _print_look(options.off_nadir_deg, found)
    for remark in look.remarks:
        print(remark)
    return CLEAR


def _gsd_of_range(options: argparse.Namespace, given: Mapping[str, float | None]) -> int:
    from rsiwg.errors import InvalidSubmission
    from rsiwg.sensing.gsd_table import looks_from_range

    lowest, highest = options.lowest_altitude_km, options.highest_altitude_km
    if lowest is None or highest is None:
        missing = "lowest_altitude_km" if lowest is None else "highest_altitude_km"
        raise InvalidSubmission({missing: "is needed too: a range of altitudes has two ends"})
    if options.tle is not None:
        raise InvalidSubmission({"tle": "is given, and so is a range of altitudes: give one of them"})
    low, high = looks_from_range(given, lowest_altitude_km=lowest, highest_altitude_km=highest)
    if options.json:
        _print_json({"lowest": _rounded(low.found), "highest": _rounded(high.found)})
        return CLEAR
    for look in (low, high):
        _print_look(options.off_nadir_deg, look.found)
    return CLEAR


def _print_look(off_nadir_deg: float, found: Mapping[str, float]) -> None:
    print(
        f"Looking {off_nadir_deg:g}° off nadir from {found['altitude_km']:,.1f} km, the ground is met at "
        f"{found['incidence_deg']:.2f}° of incidence, {found['slant_range_km']:,.1f} km away.\n"
        f"  across the look  {found['cross_view_gsd_m']:.4g} m\n"
        f"  along the look   {found['along_view_gsd_m']:.4g} m\n"
        f"  mean             {found['mean_gsd_m']:.4g} m ground sample distance"
    )


def _profile(file: Path) -> "AltitudeProfile":
    from rsiwg.intake.altitude import read_altitude_profile

    return read_altitude_profile(file.read_bytes(), limits())


def _sar(options: argparse.Namespace) -> int:
    from rsiwg.sensing import sar

    found = sar.resolutions(
        bandwidth_mhz=options.bandwidth_mhz,
        incidence_deg=options.incidence_deg,
        off_nadir_deg=options.off_nadir_deg,
        altitude_km=options.altitude_km,
        window=sar.Window(options.window),
        taylor_sidelobe_db=options.taylor_sidelobe_db,
        taylor_nbar=options.taylor_nbar,
        kaiser_beta=options.kaiser_beta,
        antenna_length_m=options.antenna_length_m,
        frequency_ghz=options.frequency_ghz,
        integration_angle_deg=options.integration_angle_deg,
        doppler_bandwidth_hz=options.doppler_bandwidth_hz,
        speed_m_s=options.speed_m_s,
    )
    if options.json:
        _print_json(_rounded(found))
        return CLEAR
    kind = (
        "Nominal widths" if found["window"] == "nominal" else f"Half-power widths, {found['window']} window"
    )
    print(f"{kind} (broadening {found['broadening']:.4f}):")
    print(f"  slant range      {found['slant_range_m']:.4g} m")
    if "ground_range_m" in found:
        print(
            f"  ground range     {found['ground_range_m']:.4g} m at {found['incidence_deg']:.2f}° of incidence"
        )
    if "azimuth_m" in found:
        print(f"  azimuth          {found['azimuth_m']:.4g} m ({found['azimuth_mode']})")
    print("Slant range is the finer of the two ranges. A limit must say which one it means.")
    return CLEAR


def _niirs(options: argparse.Namespace) -> int:
    from rsiwg.sensing import niirs

    version = niirs.Giqe(options.giqe)
    level = float(
        niirs.niirs(
            version,
            gsd_m=options.gsd_m,
            relative_edge_response=options.rer,
            signal_to_noise=options.snr,
            overshoot=options.overshoot,
            noise_gain=options.noise_gain,
        )
    )
    row = niirs.grd_row(level)
    if options.json:
        _print_json(niirs.document(version, level))
        return CLEAR
    print(f"Indicative only: NIIRS {level:.1f} by GIQE {int(version)}. No rule rests on it.")
    if row is not None:
        print(f"Level {row.niirs} stands for a ground resolved distance of {row.span}, which is not the GSD.")
    return CLEAR


def _rounded(found: Mapping[str, Any]) -> dict[str, Any]:
    """To ten significant figures, so that the last bits of a measure do not show."""
    return {
        name: float(f"{value:.10g}") if isinstance(value, float) else value for name, value in found.items()
    }


def _print_json(document: Mapping[str, Any]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def _number(made: Any, name: str, says: str, **more: Any) -> None:
    made.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="X", help=says, **more)


def _add_gsd(sensing: Any) -> None:
    gsd = command(sensing, "gsd", _gsd, "Ground sample distance off nadir, for one look or a table of them.")
    for name, says in _GSD_NUMBERS.items():
        _number(gsd, name, says)
    _number(gsd, "pixel_pitch_um", "pitch of the detector elements, micrometres; with --focal-length-m")
    _number(gsd, "focal_length_m", "focal length, metres; with --pixel-pitch-um")
    _number(gsd, "lowest_altitude_km", "with --highest-altitude-km: the look from both ends of a range")
    _number(gsd, "highest_altitude_km", "with --lowest-altitude-km")
    gsd.add_argument(
        "--tle",
        type=Path,
        metavar="FILE",
        help="elements (TLE or OMM): the altitude is then that of the orbit over the latitude, by SGP4",
    )
    gsd.add_argument("--json", action="store_true", help="print JSON")
    gsd.add_argument(
        "--csv",
        type=Path,
        metavar="IN",
        help="a table with a look in each row: id, nadir_gsd_m, ifov_urad, altitude_km, off_nadir_deg, latitude_deg, "
        "look_azimuth_deg, tle_line1, tle_line2, empty where not given",
    )
    gsd.add_argument("--out", type=Path, metavar="OUT", help="where the table with the results goes")


def _add_sar(sensing: Any) -> None:
    sar = command(sensing, "sar", _sar, "Resolution of a SAR: slant range, ground range, azimuth.")
    _number(sar, "bandwidth_mhz", "bandwidth, megahertz", required=True)
    _number(sar, "incidence_deg", "angle at the target, from zenith; needed for the ground range")
    _number(sar, "off_nadir_deg", "angle at the satellite, with --altitude-km, in place of --incidence-deg")
    _number(sar, "altitude_km", "altitude; a stripmap's azimuth is then that on the ground")
    sar.add_argument(
        "--window",
        choices=("nominal", "rectangular", "hamming", "hann", "taylor", "kaiser"),
        default="nominal",
        help="window of the spectrum; nominal: the round number c / (2 B), which is no half-power width",
    )
    _number(sar, "taylor_sidelobe_db", "sidelobes below the peak, decibels (default 35)", default=35.0)
    sar.add_argument(
        "--taylor-nbar", type=int, default=4, metavar="N", help="sidelobes held level (default 4)"
    )
    _number(sar, "kaiser_beta", "shape of the Kaiser window (default 2.5)", default=2.5)
    _number(sar, "antenna_length_m", "length of the antenna, for a stripmap's azimuth")
    _number(sar, "frequency_ghz", "centre frequency, with --integration-angle-deg, for a spotlight's azimuth")
    _number(sar, "integration_angle_deg", "angle through which a point is seen")
    _number(sar, "doppler_bandwidth_hz", "Doppler bandwidth, with --speed-m-s, for the azimuth of any mode")
    _number(sar, "speed_m_s", "speed of the beam over the ground")
    sar.add_argument("--json", action="store_true", help="print JSON")


def _add_niirs(sensing: Any) -> None:
    niirs = command(sensing, "niirs", _niirs, "An indication of the NIIRS level, by GIQE 3, 4 or 5.")
    niirs.add_argument("--giqe", type=int, choices=(3, 4, 5), default=5, help="version of the equation")
    _number(niirs, "gsd_m", "geometric mean of cross-view and along-view GSD, metres", required=True)
    _number(niirs, "rer", "relative edge response", required=True)
    _number(niirs, "snr", "signal-to-noise ratio", required=True)
    _number(niirs, "overshoot", "edge overshoot H (default 1); not in GIQE 5", default=1.0)
    _number(niirs, "noise_gain", "noise gain G (default 1); not in GIQE 5", default=1.0)
    niirs.add_argument("--json", action="store_true", help="print JSON")


def add(commands: Any) -> None:
    """Add these commands."""
    sensing = group(commands, "sensing", "What a sensor on an orbit can really see.")
    _add_gsd(sensing)
    _add_sar(sensing)
    _add_niirs(sensing)
    sensing_access.add(sensing)
