"""Methods that ask a language model, and the control that asks nobody.

All share one loop (``core``): a prompt built from the task alone, answers read and never executed,
forms that are new fitted by one fitter. A method is a memory, a prompt, and a way to read.
"""

from __future__ import annotations

from methods.llm.control import LLMPrior
from methods.llm.direct import Direct
from methods.llm.icsr import ICSR
from methods.llm.lasr import LaSR
from methods.llm.llmsr import LLMSR
from methods.llm.scientist import Scientist
from methods.llm.sga import SGA
from methods.llm.vml import VML

__all__ = ["ICSR", "LLMSR", "SGA", "VML", "Direct", "LLMPrior", "LaSR", "Scientist"]
