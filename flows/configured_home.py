"""The home that the configuration names, and the lake in place of its live database."""

from pathlib import Path

from flows.configuration import Configuration
from flows.settings import home_folder
from warehouse.home import Home, Lake


def configured_home(said: Configuration, root: Path | None = None) -> Home:
    """The data folder, if it can be one; it need not be there yet.

    Args:
        said: the configuration.
        root: another folder than the configuration's.

    Raises:
        WarehouseError: no folder can be there.
        ConfigurationError: the variable that says where the lake is, is not set.
    """
    lake = said.lake
    kept = Lake(lake.catalogue.read(), str(lake.data)) if lake else None
    return Home(home_folder(root or said.home), kept)
