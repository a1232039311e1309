"""Colours of classes that lie side by side: told apart by readers who see no red, no green or no blue, and in grey."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from dashboard.views.charts import palette
from tests.access.contrast import GRAPHICS, contrast, rgb

Vector = tuple[float, float, float]

# What is left of red, green and blue (linear, as light adds up) without one kind of cone: Machado, Oliveira and
# Fernandes, 2009, table 1, severity 1.
SEEN: dict[str, tuple[Vector, Vector, Vector]] = {
    "all three": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
# What lies side by side in a legend, from one end to the other.
RAMPS = {
    "quarters and grades": palette.QUARTERS,
    "from best to worst": palette.BEST_TO_WORST,
    "distance": (palette.BETTER, *palette.SHORT),
    "neutral": palette.LOW_TO_HIGH,
    "better, similar, worse": (palette.BETTER, palette.SIMILAR, palette.WORSE),
    "lower, similar, higher": (palette.LOWER, palette.SIMILAR, palette.HIGHER),
}
# In CIELAB, where 2.3 is just to be seen: neighbours may be confused at a glance below some 10.
APART = 12
# The two ends must never be: they are better and worse.
ENDS_APART = 40


def linear(colour: str) -> Vector:
    """Red, green and blue as light adds up."""
    shares = [one / 255 for one in rgb(colour)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return red, green, blue


def lab(light: Vector) -> Vector:
    """CIELAB of linear red, green and blue (D65)."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(part * one for part, one in zip(row, light, strict=True)) for row in rows]
    x, y, z = (
        one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116
        for one in (value / white for value, white in zip(xyz, (0.95047, 1.0, 1.08883), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, eyes: str) -> Vector:
    """A colour as somebody sees it, in CIELAB."""
    light = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(part * one for part, one in zip(row, light, strict=True)))) for row in SEEN[eyes]
    )
    return lab((red, green, blue))


def apart(one: str, other: str, eyes: str) -> float:
    """How far apart two colours are to somebody's eyes."""
    return float(sum((a - b) ** 2 for a, b in zip(seen(one, eyes), seen(other, eyes), strict=True)) ** 0.5)


def test_distances_are_those_of_the_textbook() -> None:
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.1)
    # Red and green of one brightness: two colours, unless one cone is missing.
    assert apart("#d00000", "#3f7a00", "all three") > 100
    assert apart("#d00000", "#3f7a00", "no green") < 40
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("ramp", RAMPS)
def test_classes_are_told_apart_by_everybody(ramp: str, eyes: str) -> None:
    colours = RAMPS[ramp]
    for one, other in combinations(colours, 2):
        assert apart(one, other, eyes) >= APART, (one, other)
    assert apart(colours[0], colours[-1], eyes) >= ENDS_APART


@pytest.mark.parametrize("ramp", ["quarters and grades", "from best to worst", "distance"])
@pytest.mark.parametrize("eyes", SEEN)
def test_better_is_never_taken_for_worse(ramp: str, eyes: str) -> None:
    """Of a ramp with two sides, each colour of one is further from those of the other than from its neighbour."""
    colours = RAMPS[ramp]
    middle = 1 if ramp == "distance" else len(colours) // 2
    for one in colours[:middle]:
        for other in colours[middle:]:
            assert apart(one, other, eyes) >= 25, (one, other)


def test_a_neutral_ramp_grows_darker_step_by_step() -> None:
    """So that it can be read in grey, printed or on any screen."""
    brightness = [lab(linear(colour))[0] for colour in palette.LOW_TO_HIGH]
    assert all(lighter - darker >= 8 for lighter, darker in pairwise(brightness))


def test_what_is_drawn_without_an_edge_stands_out_from_the_page() -> None:
    for colour in (palette.INK, palette.GREY, palette.BETTER, palette.WORSE, palette.HIGHER):
        assert contrast(rgb(colour), rgb("#ffffff")) >= GRAPHICS, colour
