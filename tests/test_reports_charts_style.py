"""Colours can be told apart and read, on paper and on a dark screen, also by those who see fewer of them."""

import math
from itertools import combinations

import numpy as np
import pytest

from reports.charts.style import DASHES, SHAPES, spread
from reports.colours import DARK, LIGHT
from scenarios.settings import SCENARIOS

NEAREST = {"light": 22, "dark": 18}
"""Least CIEDE2000 distance between two futures."""

THEMES = {"light": LIGHT, "dark": DARK}

SIMULATED = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""How linear RGB is seen by people without one kind of cone (Machado, Oliveira, Fernandes 2009, severity 1)."""


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2: the ratio of relative luminances."""
    weights = (0.2126, 0.7152, 0.0722)
    bright, dim = sorted((float(linear(colour) @ weights) for colour in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def lab(rgb):
    """CIELAB under D65 from linear sRGB."""
    matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    x = np.array(matrix) @ np.clip(rgb, 0, 1) / (0.95047, 1.0, 1.08883)
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one, other):
    """Sharma, Wu and Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 if (a, b) != (0, 0) else 0.0 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(mh - 30))
        + 0.24 * math.cos(math.radians(2 * mh))
        + 0.32 * math.cos(math.radians(3 * mh + 6))
        - 0.20 * math.cos(math.radians(4 * mh - 63))
    )
    sl = 1 + 0.015 * (ml - 50) ** 2 / math.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    rotation = 2 * math.sqrt(mc**7 / (mc**7 + 25**7)) * math.sin(math.radians(60 * math.exp(-(((mh - 275) / 25) ** 2))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 - rotation * dc / sc * dh / sh)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_that_of_the_published_pairs(one, other, published):
    assert ciede2000(one, other) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIMULATED)
def test_two_futures_are_never_of_nearly_the_same_colour(theme, sight):
    seen = {one: lab(np.array(SIMULATED[sight]) @ linear(THEMES[theme][one])) for one in SCENARIOS}
    distances = {pair: ciede2000(seen[pair[0]], seen[pair[1]]) for pair in combinations(SCENARIOS, 2)}
    assert min(distances.values()) >= NEAREST[theme], distances


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", ["stall", "compounding", "recursive", "ink", "muted", "link"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_text_stands_out_from_what_it_is_on(theme, token, ground):
    assert contrast(THEMES[theme][token], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_a_rule_can_be_seen(theme):
    assert contrast(THEMES[theme]["rule"], THEMES[theme]["paper"]) >= 3


def test_a_future_is_known_without_its_colour():
    assert len(set(SHAPES.values())) == len({tuple(dash) for dash in DASHES.values()}) == 3


def test_names_that_would_overlap_are_moved_apart_in_their_order():
    assert spread([10.0, 12.0, 50.0], 15) == [3.5, 18.5, 50.0]
    moved = spread([1.0, 1.0, 1.0], 10)
    assert [round(moved[at + 1] - moved[at], 3) for at in (0, 1)] == [10, 10]
