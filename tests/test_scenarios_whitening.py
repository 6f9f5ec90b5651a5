"""Inner products in the metric of the noise."""

import numpy as np

from scenarios.link import Points
from scenarios.whitening import Noise, whitened

U, CENSORED_U = np.array([0.0, 0.3, 0.7, 1.0]), np.array([0.5])
Z, PATH = np.array([1.0, 1.4, 2.2, 2.9]), np.array([[0.0, 0.2, 0.6, 1.0], [0.0, 0.4, 0.9, 1.0]])
ERROR = np.array([0.5, 0.0, 0.1, 0.0])
NOISE = Noise(sd=np.array([0.1, 0.8, 0.1]), wander=np.array([0.5, 0.0, 0.0]), log_weight=np.zeros(3))


def measured(methods):
    return Points(
        u=U,
        z=Z,
        error=ERROR,
        inflation=np.array([1.0, 4.0, 1.0, 1.0]),
        method=np.array(methods[:4]),
        censored_u=CENSORED_U,
        low=np.array([1.5]),
        high=np.array([np.inf]),
        censored_method=np.array(methods[4:]),
        log_jacobian=0.0,
    )


def covariance(sd, wander, offsets):
    u = np.append(U, CENSORED_U)
    residual = (1 - wander) * np.diag([1.0, 4.0, 1.0, 1.0, 1.0]) + wander * np.exp(-np.abs(u[:, None] - u) / 0.2)
    return sd**2 * residual + np.diag([0.25, 0.0, 0.01, 0.0, 0.0]) + offsets


def assert_inverted(white, at, full):
    known, inverse = full[:4, :4], np.linalg.inv(full[:4, :4])
    z = Z - 1.8
    assert np.isclose(white.zz[at], z @ inverse @ z)
    assert np.isclose(white.oo[at], inverse.sum())
    assert np.allclose(white.zf[at], PATH @ inverse @ z)
    assert np.allclose(white.ff[at], [path @ inverse @ path for path in PATH])
    assert np.isclose(white.zc[at, 0], z @ inverse @ full[:4, 4])
    assert np.allclose(white.fc[at, :, 0], PATH @ inverse @ full[:4, 4])
    assert np.isclose(white.spread[at, 0], full[4, 4] - full[4, :4] @ inverse @ full[:4, 4])
    assert np.isclose(white.log_determinant[at], np.linalg.slogdet(known)[1])


def test_one_basis_inverts_the_covariance_at_every_noise_of_the_grid():
    white = whitened(measured(["telemetry"] * 5), PATH, NOISE)
    for at in range(3):
        assert_inverted(white, at, covariance(NOISE.sd[at], NOISE.wander[at], 0.0))


def test_offsets_between_methods_reach_the_censored_value():
    white = whitened(measured(["telemetry", "survey", "survey", "telemetry", "survey"]), PATH, NOISE)
    survey = np.array([False, True, True, False, True])
    offsets = 0.40**2 * np.outer(survey, survey) + 0.15**2 * np.outer(~survey, ~survey)
    for at in range(3):
        assert_inverted(white, at, covariance(NOISE.sd[at], NOISE.wander[at], offsets))
