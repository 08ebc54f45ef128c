"""CDM: how alike two formulas look once they are typeset, whatever they mean.

Character Detection Matching (Wang et al., arXiv:2409.03643; constants of UniMERNet's folder ``cdm``
as of 2025-09). The boxes of the glyphs come from matplotlib's mathtext, not from LaTeX and a raster
image; the consensus is sought among all pairs of matches, not among 50 random ones.
"""

from __future__ import annotations

from bench.scoring.cdm.matching import FAR, NEAR, Likeness, likeness
from bench.scoring.cdm.typesetting import NotTypeset, Typeset, typeset_latex

__all__ = ["FAR", "NEAR", "Likeness", "NotTypeset", "Typeset", "cdm", "likeness", "typeset_latex"]


def cdm(prediction: str, truth: str, tolerance: float = FAR) -> Likeness:
    """How alike the LaTeX texts ``prediction`` and ``truth`` look.

    ``tolerance`` is in pixels at 200 dpi and 12 pt; ``FAR`` is the published one, ``NEAR`` sees
    scripts. What cannot be typeset is like nothing. Raises NotTypeset where ``truth`` cannot be,
    ImportError without matplotlib (the extra ``cdm``).
    """
    true = typeset_latex(truth)
    try:
        found = typeset_latex(prediction)
    except NotTypeset:
        return Likeness(0, 0, len(true.tokens))
    return likeness(found, true, tolerance)
