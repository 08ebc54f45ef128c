"""What all tests stand on."""

from __future__ import annotations

import signal

# A shell starts what it puts in the background (`pytest &`) with SIGINT ignored, and so do all
# that it starts: there, no Ctrl-C would reach the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)
