"""LLM-SRBench's contract: a ``BaseSearcher`` with ``discover(task)`` that returns results.

Its files import ``bench.searchers.base`` and ``bench.dataclasses``, of a package that is called as
this one is (github.com/deep-symbolic-mathematics/llm-srbench). These names, and those by which
searchers ask a language model and keep their logs, are made in a searcher's worker alone.
"""
