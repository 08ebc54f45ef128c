"""``python -m bench`` is ``rediscover``."""

import sys

from bench.cli import main

sys.exit(main())
