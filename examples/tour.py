# %% [markdown]
# # A tour in Python
#
# Run it whole (`python examples/tour.py`), or cell by cell in an editor that knows `# %%`.

# %%
from dataclasses import dataclass

import numpy as np

import bench

# %% [markdown]
# ## Problems
#
# A dataset is loaded by its name. Its data are the same bits on every machine.

# %%
problem = bench.load("srsd_easy")["feynman-i.12.1"]
train = problem.data().train
print(f"{problem.id}: y = {problem.truth}, {len(train.y)} rows to train on")


# %% [markdown]
# ## A method
#
# A method is a dataclass with one function. It sees a task, and never the law.
# This one fits the constant of a product of powers.


# %%
@dataclass(frozen=True)
class Product:
    """A constant times the product of all variables, each to the same power."""

    power: int = 1

    def discover(self, task: bench.Task) -> bench.Discovery:
        """Fit the constant by least squares."""
        text = " * ".join(["1.0", *(f"{name}**{self.power}" for name in task.names)])
        form = bench.parse(text, task.variables)
        fitted = bench.fit_constants(form, task.names, task.X, task.y)
        return bench.Discovery.of(fitted.expression)


# %% [markdown]
# ## A benchmark
#
# Methods are run under limits, each run in processes of its own, and judged.

# %%
results = bench.run(
    {"product": Product(), "squares": Product(power=2), "linear": "linear"},
    bench.load("srsd_easy", limit=3),
    budget=2,
    progress=False,
)
print(results.runs()[["method", "problem", "prediction", "truth", "symbolic_exact"]])
print(results.leaderboard()[["method", "done", "symbolic_exact", "accuracy", "ned"]])

# %% [markdown]
# ## The judge
#
# Is it the law? The answer is yes, no or undecided, with a reason and, for a no, a witness.

# %%
for prediction in ("x1 * x0 + 0.0", "x0 + x1"):
    for rule, verdict in bench.judge(prediction, problem).items():
        print(f"{prediction} | {rule}: {verdict.answer} ({verdict.reason})")

# %% [markdown]
# ## Expressions
#
# Text becomes an immutable tree. It is parsed by a grammar and never executed.

# %%
law = bench.parse("2.5 * x0 * sin(x1)")
X = np.random.default_rng(0).uniform(0.1, 2.0, (100, 2))
y = bench.evaluate(law, ["x0", "x1"], X)
print(f"{law} has {bench.complexity(law)} nodes; its mean here is {y.mean():.4f}")
