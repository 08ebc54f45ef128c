"""The installed version, as ``bench.__version__``."""

from bench.basics.installation import own_version

__version__ = own_version()
