"""What every test shares: hypothesis without clocks or chance, and a quiet end."""

from hypothesis import HealthCheck, settings

from warehouse.finalisation import silence_finalisation

silence_finalisation()

# The same examples every time, and no deadline: a slow machine is not a fault of the code.
settings.register_profile(
    "threefutures", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("threefutures")
