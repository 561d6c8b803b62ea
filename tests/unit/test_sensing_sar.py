"""SAR resolutions, held to the formulas, to a Fourier transform and to Harris's table of windows."""

import math

import numpy as np
import pytest

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing import sar
from rsiwg.sensing.sar import Window, broadening

C = 299_792_458.0


def half_power_width(window):
    """Of the response to a sampled window, in units of one over the width of its spectrum, by a padded FFT."""
    size = 1 << 20
    response = np.abs(np.fft.fft(window, size)) / np.sum(window)
    below = int(np.argmax(response < math.sqrt(0.5)))
    share = (response[below - 1] - math.sqrt(0.5)) / (response[below - 1] - response[below])
    return 2 * (below - 1 + share) * len(window) / size


X = (np.arange(4096) + 0.5) / 4096 - 0.5


@pytest.mark.parametrize(
    ("window", "more", "sampled"),
    [
        pytest.param(Window.RECTANGULAR, {}, np.ones_like(X), id="rectangular"),
        pytest.param(Window.HAMMING, {}, 0.54 + 0.46 * np.cos(2 * np.pi * X), id="hamming"),
        pytest.param(Window.HANN, {}, np.cos(np.pi * X) ** 2, id="hann"),
        pytest.param(Window.KAISER, {"kaiser_beta": 2.5}, np.kaiser(4097, 2.5)[:-1], id="kaiser 2.5"),
        pytest.param(Window.KAISER, {"kaiser_beta": 0.0}, np.ones_like(X), id="kaiser 0 is rectangular"),
    ],
)
def test_the_broadening_is_that_of_a_fourier_transform(window, more, sampled):
    assert broadening(window, **more) == pytest.approx(half_power_width(sampled), rel=5e-4)


@pytest.mark.parametrize(
    ("window", "more", "published"),
    [
        pytest.param(Window.RECTANGULAR, {}, 0.89, id="rectangular"),
        pytest.param(Window.HAMMING, {}, 1.30, id="hamming"),
        pytest.param(Window.HANN, {}, 1.44, id="hann"),
        pytest.param(Window.KAISER, {"kaiser_beta": 2 * math.pi}, 1.43, id="kaiser, alpha 2"),
        pytest.param(Window.KAISER, {"kaiser_beta": 2.5 * math.pi}, 1.57, id="kaiser, alpha 2.5"),
        pytest.param(Window.KAISER, {"kaiser_beta": 3 * math.pi}, 1.71, id="kaiser, alpha 3"),
    ],
)
def test_the_broadening_is_that_of_harris(window, more, published):
    """Harris, On the use of windows, Proc. IEEE 66 (1978), table I, 3.0 dB bandwidth in bins."""
    assert broadening(window, **more) == pytest.approx(published, abs=0.006)


def test_the_sidelobes_of_taylor_are_as_deep_as_asked():
    """That is what the window is for: with nbar 5 and 35 dB, no sidelobe is above -35 dB, and the first is near it."""
    window = sar._taper(Window.TAYLOR, 35.0, 5, 0.0)(X)
    spectrum = 20 * np.log10(np.abs(np.fft.fft(window, 1 << 18))[: 1 << 12] / np.sum(window) + 1e-12)
    first_null = int(np.argmax(np.diff(spectrum) > 0))
    assert -35.4 < spectrum[first_null:].max() < -34.8


def test_without_a_window_the_rectangular_width_is_the_root_of_its_response():
    """sin(pi u) / (pi u) = 1 / sqrt 2 at u = 0.442946."""
    u = broadening(Window.RECTANGULAR) / 2
    assert math.sin(math.pi * u) / (math.pi * u) == pytest.approx(math.sqrt(0.5), abs=1e-10)
    assert broadening(Window.NOMINAL) == 1.0


@pytest.mark.parametrize("bandwidth_mhz", [100, 300, 600, 1200])
@pytest.mark.parametrize("incidence_deg", [20, 30, 45, 60])
def test_slant_and_ground_range(bandwidth_mhz, incidence_deg):
    slant = sar.slant_range_m(bandwidth_mhz=bandwidth_mhz)
    assert float(slant) == pytest.approx(C / (2 * bandwidth_mhz * 1e6), rel=1e-12)
    ground = sar.ground_range_m(slant_range_m=slant, incidence_deg=incidence_deg)
    assert float(ground) == pytest.approx(float(slant) / math.sin(math.radians(incidence_deg)), rel=1e-12)
    assert float(ground) > float(slant)
    back = sar.slant_range_of_ground_m(ground_range_m=ground, incidence_deg=incidence_deg)
    assert float(back) == pytest.approx(float(slant), rel=1e-12)


def test_azimuth_by_each_way():
    assert float(sar.stripmap_azimuth_m(antenna_length_m=4.8)) == 2.4
    on_ground = sar.stripmap_azimuth_m(antenna_length_m=4.8, altitude_km=514)
    assert float(on_ground) == pytest.approx(2.4 * 6371.0088 / (6371.0088 + 514), rel=1e-6)
    wavelength = C / 9.65e9
    spot = sar.spotlight_azimuth_m(frequency_ghz=9.65, integration_angle_deg=2.0, broadening=0.886)
    assert float(spot) == pytest.approx(0.886 * wavelength / (2 * 2 * math.sin(math.radians(1.0))), rel=1e-12)
    assert float(sar.doppler_azimuth_m(speed_m_s=7000, doppler_bandwidth_hz=2765)) == pytest.approx(
        7000 / 2765
    )


def test_a_published_mode():
    """TerraSAR-X, basic product specification: 150 MHz, 1.18 m in slant range with its Hamming window of 0.6 (broadening 1.18)."""
    found = sar.slant_range_m(bandwidth_mhz=150, broadening=1.18)
    assert float(found) == pytest.approx(1.18, rel=0.001)


def test_everything_that_follows_is_named():
    found = sar.resolutions(
        bandwidth_mhz=300, off_nadir_deg=30, altitude_km=514, window=Window.HAMMING, antenna_length_m=4.8
    )
    assert set(found) == {
        "window", "broadening", "slant_range_m", "ground_range_m", "incidence_deg", "azimuth_m", "azimuth_mode",
    }  # fmt: skip
    assert found["azimuth_mode"] == "stripmap"
    assert "ground_range_m" not in sar.resolutions(bandwidth_mhz=300)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param({"bandwidth_mhz": 0}, "bandwidth_mhz", id="no bandwidth"),
        pytest.param({"bandwidth_mhz": float("nan")}, "bandwidth_mhz", id="not a number"),
        pytest.param({"incidence_deg": 0}, "incidence_deg", id="straight down"),
        pytest.param({"incidence_deg": 90}, "incidence_deg", id="grazing"),
        pytest.param({"off_nadir_deg": 30}, "altitude_km", id="no altitude"),
        pytest.param(
            {"off_nadir_deg": 30, "altitude_km": 500, "incidence_deg": 33}, "incidence_deg", id="twice"
        ),
        pytest.param({"off_nadir_deg": 80, "altitude_km": 500}, "off_nadir_deg", id="past the horizon"),
        pytest.param({"frequency_ghz": 9.65}, "integration_angle_deg", id="half a spotlight"),
        pytest.param({"speed_m_s": 7000}, "doppler_bandwidth_hz", id="half a Doppler"),
        pytest.param({"antenna_length_m": -1}, "antenna_length_m", id="negative antenna"),
        pytest.param(
            {"antenna_length_m": 5, "speed_m_s": 7000, "doppler_bandwidth_hz": 3000}, "azimuth", id="two ways"
        ),
        pytest.param({"window": Window.TAYLOR, "taylor_sidelobe_db": 5}, "taylor_sidelobe_db", id="taylor"),
        pytest.param({"window": Window.TAYLOR, "taylor_nbar": 0}, "taylor_nbar", id="nbar"),
        pytest.param({"window": Window.KAISER, "kaiser_beta": float("inf")}, "kaiser_beta", id="kaiser"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given, named):
    with pytest.raises(InvalidSubmission) as refused:
        sar.resolutions(**{"bandwidth_mhz": 300} | given)
    assert list(refused.value.problems) == [named]
