"""A searcher in the manner of LLM-SR: programs that a model writes, the best of them kept."""

import numpy as np
from climb import config, sampler

from bench.dataclasses import Equation, SearchResult, SEDTask
from bench.searchers.base import BaseSearcher

from .profile import Profiler

assert config.Config


class Climb(BaseSearcher):
    def __init__(self, name, cfg, SamplerClass, global_max_sample_num, log_path, at_the_end=""):
        super().__init__(name)
        self.cfg = cfg
        self.llm = SamplerClass(cfg.samples_per_prompt)
        self.most = global_max_sample_num
        self.log_path = log_path
        self.at_the_end = at_the_end
        assert isinstance(self.llm, sampler.LocalLLM)

    def discover(self, task: SEDTask):
        profiler = Profiler(f"{self.log_path}/{task.name}")
        X, y = task.samples[:, 1:], task.samples[:, 0]
        asked = 0
        while asked < self.most:
            for program in self.llm.draw(f"A law of {task.symbols[1:]}?", self.cfg):
                asked += 1
                names = {"np": np}
                exec(program, names)
                error = np.mean((names["equation"](*X.T, [1.0] * 10) - y) ** 2)
                profiler.register(program, -float(error))
        while self.at_the_end == "goes on":
            sum(range(1000))
        if self.at_the_end == "hears nothing":
            sum(range(10**13))  # no signal is looked at before its end
        shared = (task.symbols, task.symbol_descs, task.symbol_properties)
        return [SearchResult(Equation(*shared, program_format=profiler.best[1]), aux={})]
