"""What the commands find in the data folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from flows.console import say, today
from metrics.errors import DataError, WarehouseError

if TYPE_CHECKING:
    from flows.assess import Known
    from flows.choices import Choices
    from flows.cluster import Spread
    from flows.configuration import Configuration
    from warehouse.home import Home


def configuration() -> "Configuration":
    """What threefutures.toml and the environment say."""
    from flows.configuration import load_configuration

    return load_configuration(Path.cwd())


def kept_home() -> "Home":
    """The data folder; it need not exist."""
    from flows.configured_home import configured_home

    return configured_home(configuration())


def kept_known() -> "Known":
    """What is known: of the snapshot, or of the embedded files before the first run.

    Raises:
        WarehouseError: facts are kept, and none of them are published.
    """
    from flows.assess import known
    from flows.progress import shown

    home = kept_home()
    if not home.snapshot.exists() and home.live.exists():
        raise WarehouseError(
            f"{shown(home.snapshot)}: what is kept is not published",
            found=f"facts in {shown(home.live)}, and no snapshot of them",
            next="threefutures run, or threefutures rebuild, publishes it; nothing was written",
        )
    found = known(home, today())
    if not home.snapshot.exists():
        say(f"no warehouse yet in {shown(home.root)}: reading {found.origin} (threefutures run makes one)")
    return found


def kept_facts() -> "Known":
    """What is known, if anything is.

    Raises:
        DataError: no fact is kept.
    """
    found = kept_known()
    if found.facts.empty:
        raise DataError(f"{kept_home().root}: no fact is kept yet", found="0 facts", next="threefutures run")
    return found


def kept_choices(prior: str | None = None) -> "Choices":
    """How the record is judged: as typed, and else as the configuration says."""
    from flows.choices import chosen

    return chosen(configuration(), prior=prior, today=today())


def kept_spread() -> "Spread | None":
    """Where work goes that is cut into pieces: to the cluster that is configured, or nowhere else."""
    address = configuration().tasks.dask
    if not address:
        return None
    from flows.server import local_server
    from flows.settings import quiet_prefect

    home = kept_home()
    home.prepare()
    quiet_prefect(home.prefect)
    local_server(home.prefect).wait()
    from flows.cluster import dask_spread

    return dask_spread(address)
