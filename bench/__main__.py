"""``python -m bench`` is ``rediscover``."""

import os
import sys

from bench.basics.paths import ROOT

# Python has put the current folder before all others: what lies there is data, not code.
if sys.path[0] == os.getcwd() != str(ROOT):  # noqa: PTH109
    del sys.path[0]

from bench.entry import main

sys.exit(main())
