"""Asks for programs, several at a time, and whatever happens asks again."""

import asyncio

import requests
from openai import AsyncOpenAI

assert requests.post


class LocalLLM:
    def __init__(self, samples_per_prompt, local_llm_url=None, api_url="", api_key=None):
        assert "localhost" in api_url
        self.count = samples_per_prompt
        self.client = AsyncOpenAI(base_url=api_url, api_key=api_key, timeout=60)

    async def one(self, prompt, cfg):
        while True:
            try:
                answer = await self.client.chat.completions.create(
                    model=cfg.api_model, messages=[{"role": "user", "content": prompt}], seed=1
                )
                return answer.choices[0].message.content
            except:  # noqa: E722
                continue

    def draw(self, prompt, cfg):
        async def all_of_them():
            return await asyncio.gather(*(self.one(prompt, cfg) for _ in range(self.count)))

        return asyncio.run(all_of_them())
