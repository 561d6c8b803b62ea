"""The General Image Quality Equations, at points where their published coefficients can be read off."""

import itertools
import math

import numpy as np
import pytest

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.niirs import GRD_BY_NIIRS, Giqe, document, geometric_mean_gsd_m, grd_row, niirs

INCH = 0.0254


def level(version, inches=10.0, rer=1.0, snr=1e6, **others):
    return float(
        niirs(version, gsd_m=inches * INCH, relative_edge_response=rer, signal_to_noise=snr, **others)
    )


def test_giqe_3():
    """Leachtenauer et al., Applied Optics 36 (1997), equation 1: 11.81 + 3.32 log10(RER / GSD) - 1.48 H - G / SNR."""
    assert level(Giqe.THREE) == pytest.approx(11.81 - 3.32 - 1.48, abs=1e-5)
    assert level(Giqe.THREE, overshoot=1.5, snr=50, noise_gain=10) == pytest.approx(11.81 - 3.32 - 2.22 - 0.2)


@pytest.mark.parametrize(
    ("rer", "a", "b"),
    [
        pytest.param(0.8999, 3.16, 2.817, id="just less sharp"),
        pytest.param(0.9, 3.32, 1.559, id="at the change"),
        pytest.param(0.9001, 3.32, 1.559, id="just sharper"),
    ],
)
def test_giqe_4(rer, a, b):
    """The same, equation 2: 10.251 - a log10 GSD + b log10 RER - 0.656 H - 0.344 G / SNR."""
    expected = 10.251 - a + b * math.log10(rer) - 0.656 - 0.344 * 2 / 40
    assert level(Giqe.FOUR, rer=rer, snr=40, noise_gain=2) == pytest.approx(expected)


def test_giqe_5():
    """GIQE 5.0 (NGA, 2015), table 2: 9.57, -3.32, 3.32, -1.9, -2, -1.8; neither overshoot nor gain."""
    rer, snr = 0.5, 20.0
    log_rer = math.log10(rer)
    expected = 9.57 - 3.32 + 3.32 * (1 - math.exp(-1.9 / snr)) * log_rer - 2 * log_rer**4 - 1.8 / snr
    assert level(Giqe.FIVE, rer=rer, snr=snr) == pytest.approx(expected)
    assert level(Giqe.FIVE, rer=rer, snr=snr, overshoot=2.0, noise_gain=9.0) == pytest.approx(expected)


@pytest.mark.parametrize("version", list(Giqe))
def test_half_the_distance_is_one_level_more(version):
    assert level(version, 5.0) - level(version, 10.0) == pytest.approx(3.32 * math.log10(2))


def test_no_level_is_outside_the_scale():
    assert level(Giqe.FIVE, 0.05) == 9.0
    assert level(Giqe.FIVE, 1e6) == 0.0


def test_arrays_broadcast():
    found = niirs(Giqe.FIVE, gsd_m=[0.3, 0.5], relative_edge_response=0.9, signal_to_noise=[[50], [100]])
    assert found.shape == (2, 2)
    assert np.isfinite(found).all()


def test_the_table_of_ground_resolved_distance_has_no_gap():
    for coarser, finer in itertools.pairwise(GRD_BY_NIIRS):
        assert finer.coarsest_m == coarser.finest_m
        assert finer.niirs == coarser.niirs + 1
    assert (GRD_BY_NIIRS[0].coarsest_m, GRD_BY_NIIRS[-1].finest_m) == (None, None)


@pytest.mark.parametrize(
    ("rating", "row"), [pytest.param(0.99, None, id="below the scale"), pytest.param(1.0, 1, id="1"),
                        pytest.param(5.99, 5, id="nearly 6"), pytest.param(6.0, 6, id="6"), pytest.param(9.0, 9, id="9")],
)  # fmt: skip
def test_a_level_is_rounded_down_to_its_row(rating, row):
    found = grd_row(rating)
    assert (found and found.niirs) == row


def test_the_answer_says_that_it_is_an_indication():
    assert document(Giqe.FOUR, 5.5)["indicative"] is True
    assert document(Giqe.FOUR, 0.5)["grd_finest_m"] is None


def test_the_geometric_mean():
    assert float(geometric_mean_gsd_m(cross_view_gsd_m=0.4, along_view_gsd_m=0.9)) == pytest.approx(0.6)


@pytest.mark.parametrize(
    "name", ["gsd_m", "relative_edge_response", "signal_to_noise", "overshoot", "noise_gain"]
)
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_what_cannot_be_is_refused_by_name(name, value):
    given = {"gsd_m": 0.3, "relative_edge_response": 0.9, "signal_to_noise": 50.0} | {name: value}
    with pytest.raises(InvalidSubmission) as refused:
        niirs(Giqe.FIVE, **given)
    assert list(refused.value.problems) == [name]
