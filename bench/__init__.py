"""Rediscover: a benchmark harness for symbolic regression and equation discovery.

    import bench

    problem = bench.load("srsd_easy")["feynman-i.12.1"]
    bench.judge("x1*x0 + 0.0", problem)["exact"].answer
    bench.run(["linear", "operon"], problem, budget=5).leaderboard()

The stub beside this file lists what there is; each name is imported when it is first used.
"""

from bench.basics.lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
