"""What an entry of a control list says to an item: caught, not caught, or not to be told.

Each test takes one instrument and one entry.  A missing value is never assumed: where it could matter, the
test cannot tell, and names the field.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from rsiwg.domain import Entry
from rsiwg.domain.system import InstrumentType as Type

OPTICAL = {Type.PANCHROMATIC, Type.MULTISPECTRAL, Type.HYPERSPECTRAL, Type.SWIR, Type.MWIR, Type.LWIR}
"""Electro-optical remote sensing; of a lidar or an instrument of another kind the texts held do not say."""
RADIO = {Type.SAR, Type.PASSIVE_RF}
INFRARED = {Type.SWIR, Type.MWIR, Type.LWIR}


@attrs.frozen(kw_only=True)
class Found:
    """Whether an entry catches something, why, and what would settle it."""

    caught: bool | None
    says: str
    needs: tuple[str, ...] = ()
    concerned: bool = True
    """False where the entry is about another kind of instrument altogether."""


NO_INSTRUMENT = Found(caught=False, says="It has no remote sensing instrument.", concerned=False)


def any_of(found: Iterable[Found]) -> Found:
    """One instrument that is caught catches the item; one that cannot be told leaves it open."""
    each = list(found)
    if not each:
        return NO_INSTRUMENT
    for verdict in (True, None):
        these = [f for f in each if f.caught is verdict]
        if these:
            return Found(
                caught=verdict,
                says=" ".join(f.says for f in these),
                needs=tuple(n for f in these for n in f.needs),
            )
    return Found(caught=False, says=" ".join(f.says for f in each), concerned=any(f.concerned for f in each))


# -------------------------------------------------------------------------------- one instrument


def aperture(instrument: Any, entry: Entry) -> Found:
    """Over a clear aperture, and in 9A515.a.1 up to another; the lower bound itself is outside."""
    name, kind, clear = instrument.name, instrument.type, getattr(instrument, "aperture_m", None)
    over = entry.number("aperture_over_m")
    up_to = entry.number("aperture_up_to_m") if "aperture_up_to_m" in entry else None
    bounds = f"over {over:.2f} m" + ("" if up_to is None else f" and up to {up_to:.2f} m")
    if kind in RADIO:
        return Found(caught=False, says=f"{name} is not optical.", concerned=False)
    if clear is not None and (clear <= over or (up_to is not None and clear > up_to)):
        return Found(caught=False, says=f"The clear aperture of {name}, {clear:g} m, is not {bounds}.")
    if kind is None or clear is None:
        missing = [field for field, value in (("type", kind), ("aperture_m", clear)) if value is None]
        return _unsaid(name, missing, f"the entry is for optical instruments {bounds}")
    if kind not in OPTICAL:
        return Found(
            caught=None, says=f"Whether {name} ({kind}) is electro-optical remote sensing is not settled."
        )
    if "bands_under_unverified" in entry:
        most = entry.whole("bands_under_unverified")
        if kind is Type.HYPERSPECTRAL or (instrument.band_count or 0) >= most:
            return Found(
                caught=None,
                says=f"The clear aperture of {name}, {clear:g} m, is {bounds}, and the paragraph is recalled to be for "
                f"fewer than {most} bands only, which is not verified.",
            )
    return Found(caught=True, says=f"The clear aperture of {name}, {clear:g} m, is {bounds}.")


def beyond_near_infrared(instrument: Any, entry: Entry) -> Found:
    """It senses in one of the parts of the spectrum that the entry names."""
    name, kind = instrument.name, instrument.type
    parts = entry.texts("spectrum")
    spectrum = getattr(instrument, "spectrum", None)
    if kind in RADIO:
        return Found(caught=False, says=f"{name} is not optical.", concerned=False)
    if kind in INFRARED or (spectrum and set(spectrum) & set(parts)):
        seen = ", ".join(sorted(set(map(str, spectrum or (str(kind),))) & set(parts))) or str(kind)
        return Found(caught=True, says=f"{name} senses beyond the near infrared ({seen}).")
    if spectrum is None:
        return _unsaid(name, ["spectrum"], "the entry is for sensing beyond the near infrared")
    return Found(caught=False, says=f"{name} does not sense beyond the near infrared.")


def radar(instrument: Any, entry: Entry) -> Found:
    """A radar in both ranges as printed: the lower bounds are in, the upper ones are out."""
    name, kind = instrument.name, instrument.type
    frequency, bandwidth = instrument.centre_frequency_ghz, instrument.bandwidth_mhz
    ghz, mhz = (
        (entry.number(f"{bound}_ghz") for bound in ("from", "under")),
        (entry.number(f"{bound}_mhz") for bound in ("from", "under")),
    )
    (low, high), (narrow, wide) = tuple(ghz), tuple(mhz)
    if kind in OPTICAL | {Type.PASSIVE_RF, Type.LIDAR}:
        return Found(caught=False, says=f"{name} is no radar.", concerned=False)
    if frequency is not None and not low <= frequency < high:
        return Found(
            caught=False,
            says=f"The centre frequency of {name}, {frequency:g} GHz, is not from {low:.1f} and under {high:.1f} GHz.",
        )
    if bandwidth is not None and not narrow <= bandwidth < wide:
        return Found(
            caught=False,
            says=f"The bandwidth of {name}, {bandwidth:g} MHz, is not from {narrow:g} and under {wide:g} MHz.",
        )
    if kind is Type.SAR and frequency is not None and bandwidth is not None:
        return Found(
            caught=True,
            says=f"{name} is a radar at {frequency:g} GHz (from {low:.1f} and under {high:.1f} GHz) with a bandwidth of "
            f"{bandwidth:g} MHz (from {narrow:g} and under {wide:g} MHz).",
        )
    return _unsaid(name, _radar_fields(kind, frequency, bandwidth), "the entry is for radars")


def usml_radar(instrument: Any, entry: Entry) -> Found:
    """Every radar except those in the spared ranges (recalled)."""
    name, kind = instrument.name, instrument.type
    frequency, bandwidth = instrument.centre_frequency_ghz, instrument.bandwidth_mhz
    low, high, wide = (entry.number(k) for k in ("spared_from_ghz", "spared_under_ghz", "spared_under_mhz"))
    spared = f"{low:g} to {high:g} GHz with under {wide:g} MHz"
    if kind in OPTICAL | {Type.PASSIVE_RF, Type.LIDAR}:
        return Found(caught=False, says=f"{name} is no radar.", concerned=False)
    if kind is Type.SAR and bandwidth is not None and bandwidth >= wide:
        return Found(
            caught=True, says=f"{name} has a bandwidth of {bandwidth:g} MHz and is not spared ({spared})."
        )
    if kind is Type.SAR and frequency is not None and not low <= frequency <= high:
        return Found(caught=True, says=f"{name} is at {frequency:g} GHz and is not spared ({spared}).")
    if kind is not Type.SAR or frequency is None or bandwidth is None:
        return _unsaid(
            name, _radar_fields(kind, frequency, bandwidth), f"every radar is caught but at {spared}"
        )
    if frequency == high:
        return Found(
            caught=None, says=f"{name} is at exactly {high:g} GHz: whether that is spared is not known."
        )
    return Found(caught=False, says=f"{name} is spared ({spared}).")


def usml_hyperspectral(instrument: Any, entry: Entry) -> Found:
    """Many bands in a part of the spectrum, and narrow bands or a fine resolution (recalled)."""
    name, kind = instrument.name, instrument.type
    bands = instrument.band_count or getattr(instrument, "bands_held", None)
    least, finer = entry.whole("bands_from"), entry.number("finer_than_m")
    if kind in RADIO | {Type.LIDAR} or (kind is Type.PANCHROMATIC and bands is None):
        return Found(caught=False, says=f"{name} is not hyperspectral.", concerned=False)
    if bands is not None and bands < least:
        return Found(
            caught=False,
            says=f"{name} has {bands} bands, fewer than {least}.",
            concerned=kind is Type.HYPERSPECTRAL,
        )
    spectrum = getattr(instrument, "spectrum", None)
    if spectrum is not None and not set(spectrum) & set(entry.texts("spectrum")):
        return Found(caught=False, says=f"{name} does not sense there.")
    gsd, fwhm = instrument.gsd_m, getattr(instrument, "fwhm_nm", None)
    narrow = entry.number("fwhm_up_to_nm") if "fwhm_up_to_nm" in entry else None
    is_fine = None if gsd is None else gsd < finer
    is_narrow = False if narrow is None else None if fwhm is None else fwhm <= narrow
    if is_fine is False and is_narrow is False:
        return Found(caught=False, says=f"{name} is neither fine nor narrow enough.")
    if bands is not None and spectrum is not None and kind is not None and (is_fine or is_narrow):
        return Found(caught=True, says=f"{name} has {bands} bands there and meets its numbers.")
    fields = {"type": kind, "band_count": bands, "spectrum": spectrum}
    missing = [field for field, value in fields.items() if value is None]
    if not (is_fine or is_narrow):
        missing += ["gsd_m"] * (gsd is None) + ["fwhm_nm"] * (narrow is not None and fwhm is None)
    return _unsaid(name, missing, f"the paragraph is for {least} or more bands")


TESTS: Mapping[str, Callable[[Any, Entry], Found]] = {
    "usml-xv-a-7-aperture": aperture,
    "usml-xv-a-7-ii": usml_hyperspectral,
    "usml-xv-a-7-iii": usml_hyperspectral,
    "usml-xv-a-7-iv": usml_hyperspectral,
    "usml-xv-a-8": usml_radar,
    "eccn-9a515-a-1": aperture,
    "eccn-9a515-a-2": beyond_near_infrared,
    "eccn-9a515-a-3": radar,
}
"""How each entry of the topic ``control-lists`` that is about instruments is compared with one."""


def _radar_fields(kind: Type | None, frequency: float | None, bandwidth: float | None) -> list[str]:
    fields = {"centre_frequency_ghz": frequency, "bandwidth_mhz": bandwidth}
    missing = [field for field, value in fields.items() if value is None]
    return [*(["type"] if kind is not Type.SAR else []), *missing]


def _unsaid(name: str, missing: list[str], why: str) -> Found:
    return Found(
        caught=None, says=f"{name}: {' and '.join(missing)} not said, and {why}.", needs=tuple(missing)
    )
