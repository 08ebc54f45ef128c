# %% [markdown]
# # A tour in Python
#
# Run it whole (`python examples/tour.py`), or cell by cell in an editor that knows `# %%`.

# %%
from dataclasses import dataclass

import numpy as np

from bench import Budget, Discovery, Task, Variable, complexity, evaluate, fit_constants, parse
from bench.problems import load_dataset
from bench.scoring.equivalence import judge

# %% [markdown]
# ## Expressions
#
# Text becomes an immutable tree. It is parsed by a grammar and never executed.

# %%
columns = (Variable("x0"), Variable("x1"))
law = parse("2.5 * x0 * sin(x1)", columns)
X = np.random.default_rng(0).uniform(0.1, 2.0, (100, 2))
y = evaluate(law, ["x0", "x1"], X)
print(f"{law} has {complexity(law)} nodes; its mean here is {y.mean():.4f}")

# %% [markdown]
# Constants are fitted by one least-squares optimiser, with exact derivatives.

# %%
fit = fit_constants(parse("1.0 * x0 * sin(1.0 * x1)", columns), ["x0", "x1"], X, y)
print(f"fitted: {fit.expression}, residual {fit.residual:.1e}")

# %% [markdown]
# ## Problems
#
# A dataset is loaded by its name. Its data are the same bits on every machine.

# %%
problem = load_dataset("srsd_easy")["feynman-i.12.1"]
data = problem.data()
train = data.splits["train"]
print(f"{problem.name}: y = {problem.truth}, {train.X.shape[0]} rows to train on")


# %% [markdown]
# ## A method
#
# A method is a dataclass with one function. It sees a task, and never the law.


# %%
@dataclass(frozen=True)
class Product:
    """A constant times the product of all variables."""

    def discover(self, task: Task) -> Discovery:
        """Fit the constant by least squares."""
        text = " * ".join(["1.0", *task.names])
        found = fit_constants(parse(text, task.variables), task.names, task.X, task.y)
        return Discovery.of(found.expression)


variables = tuple(Variable(f"x{column}") for column in range(train.X.shape[1]))
task = Task(train.X, train.y, variables, seed=0, budget=Budget(seconds=5))
answer = Product().discover(task).best.expression
print(f"found: {answer}")

# %% [markdown]
# ## The judge
#
# Is it the law? The answer is yes, no or undecided, with a reason and, for a no, a witness.

# %%
for prediction in (answer, "x0 + x1"):
    for rule, verdict in judge(prediction, problem.truth).items():
        print(f"{prediction} | {rule}: {verdict.answer} ({verdict.reason})")
