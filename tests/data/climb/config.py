"""Settings, as LLM-SR has them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExperienceBufferConfig:
    num_islands: int = 10


@dataclass(frozen=True)
class Config:
    experience_buffer: ExperienceBufferConfig = field(default_factory=ExperienceBufferConfig)
    samples_per_prompt: int = 4
    use_api: bool = False
    api_model: str = ""
