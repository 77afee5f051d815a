"""Real imaging series for the demo: the human collections of the Imaging Data Commons as crates."""

from caimera.demo.idc.build import build_crates
from caimera.demo.idc.errors import DemoDataError
from caimera.demo.idc.index import Index, installed_index

__all__ = ["DemoDataError", "Index", "build_crates", "installed_index"]
