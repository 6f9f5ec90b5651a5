"""What every test shares: a data folder, and hypothesis without clocks or chance."""

from hypothesis import HealthCheck, settings

# The same examples every time, and no deadline: a slow machine is not a fault of the code.
settings.register_profile(
    "threefutures", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("threefutures")
