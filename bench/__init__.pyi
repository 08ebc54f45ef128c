from bench.api import judge as judge
from bench.api import load as load
from bench.api import read_results as read_results
from bench.api import run as run
from bench.api import score as score
from bench.basics.version import __version__ as __version__
from bench.expression import (
    Call as Call,
)
from bench.expression import (
    Constant as Constant,
)
from bench.expression import (
    Expression as Expression,
)
from bench.expression import (
    Number as Number,
)
from bench.expression import (
    ParseError as ParseError,
)
from bench.expression import (
    Reading as Reading,
)
from bench.expression import (
    Symbol as Symbol,
)
from bench.expression import (
    complexity as complexity,
)
from bench.expression import (
    evaluate as evaluate,
)
from bench.expression import (
    fold as fold,
)
from bench.expression import (
    numbers as numbers,
)
from bench.expression import (
    parse as parse,
)
from bench.expression import (
    read as read,
)
from bench.expression import (
    substitute as substitute,
)
from bench.expression import (
    symbols as symbols,
)
from bench.expression.compiled.fit import Fit as Fit
from bench.expression.compiled.fit import fit_constants as fit_constants
from bench.kinds.constant.task import ConstantTask as ConstantTask
from bench.kinds.families.task import FamiliesTask as FamiliesTask
from bench.kinds.kind import QuestionRefused as QuestionRefused
from bench.kinds.oracle.task import OracleTask as OracleTask
from bench.kinds.panel.task import PanelTask as PanelTask
from bench.kinds.system.task import SystemTask as SystemTask
from bench.kinds.table.task import Task as Task
from bench.leaderboard.results import Results as Results
from bench.method import Answer as Answer
from bench.method import Budget as Budget
from bench.method import Candidate as Candidate
from bench.method import Discovery as Discovery
from bench.method import Method as Method
from bench.models.completion import Completion as Completion
from bench.models.endpoint import Endpoint as Endpoint
from bench.models.language_model import LanguageModel as LanguageModel
from bench.models.programs import ProgramError as ProgramError
from bench.models.programs import Translation as Translation
from bench.models.programs import from_program as from_program
from bench.models.prompt import Prompt as Prompt
from bench.models.stops import BudgetSpent as BudgetSpent
from bench.problems import Data as Data
from bench.problems import Dataset as Dataset
from bench.problems import Problem as Problem
from bench.problems import Table as Table
from bench.problems import Target as Target
from bench.problems import Variable as Variable
from bench.problems.identifiable.rounding import Rounding as Rounding
from bench.problems.numbers.continued import convergents as convergents
from bench.problems.numbers.measures import Measures as Measures
from bench.problems.numbers.measures import measured as measured
from bench.problems.systems.data import Trajectory as Trajectory
from bench.scoring.equivalence.verdict import Verdict as Verdict
from bench.scoring.scorecard import Scorecard as Scorecard
