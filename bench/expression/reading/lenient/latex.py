"""What LaTeX's commands stand for, where they are only another way to write something."""

from __future__ import annotations

from collections.abc import Mapping

GREEK: Mapping[str, str] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℏ": "hbar", "ℓ": "l", "ℯ": "e",
}  # fmt: skip
"""Letters by the name they go by in plain text."""

_VARIANTS = {
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho",
    "varsigma": "sigma", "varpi": "pi", "hslash": "hbar", "ell": "l",
}  # fmt: skip
_FUNCTIONS = (
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "coth", "exp", "log", "ln", "lg", "min", "max", "sqrt",
)  # fmt: skip
NAMES: Mapping[str, str] = {
    **{name: name for name in (*GREEK.values(), *_FUNCTIONS)},
    **_VARIANTS,
    "infty": "oo",
}
SIGNS: Mapping[str, str] = {
    "cdot": "*", "cdotp": "*", "times": "*", "ast": "*", "div": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=",
    "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=",
    "land": "and", "wedge": "and", "lor": "or", "vee": "or", "neg": "not", "lnot": "not",
    "bmod": "%",
}  # fmt: skip
BRACKETS: Mapping[str, tuple[str, str]] = {
    "{": ("open", "("), "}": ("close", ")"), "lbrace": ("open", "("), "rbrace": ("close", ")"),
    "lparen": ("open", "("), "rparen": ("close", ")"),
    "lbrack": ("open", "("), "rbrack": ("close", ")"),
    "lvert": ("open", "|"), "rvert": ("close", "|"), "vert": ("bar", "|"), "mid": ("bar", "|"),
    "lfloor": ("open", "floor"), "rfloor": ("close", "floor"),
    "lceil": ("open", "ceil"), "rceil": ("close", "ceil"),
}  # fmt: skip
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})
SKIPPED = frozenset(
    {"quad", "qquad", "displaystyle", "textstyle", "limits", "nolimits", "mathstrut", "middle",
     "thinspace", "medspace", "thickspace", "negthinspace", "enspace", "nonumber",
     "big", "bigl", "bigr", "Big", "Bigl", "Bigr", "bigg", "biggl", "biggr", "Bigg", "Biggl",
     "Biggr", "bigm", "Bigm"}
)  # fmt: skip
"""Commands about how wide or how large something is printed."""
LETTERINGS = frozenset(
    {"operatorname", "mathrm", "mathit", "mathbf", "mathsf", "mathtt", "mathop", "text", "textit",
     "textrm", "textbf", "boldsymbol", "bm", "mbox", "rm"}
)  # fmt: skip
"""Commands that only choose the letters of the name in their braces."""
ACCENTS = frozenset(
    {"hat", "widehat", "bar", "overline", "tilde", "widetilde", "dot", "ddot", "vec"}
)
