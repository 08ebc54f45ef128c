"""Released weights of NeSymReS or E2E, as a folder that `method=nesymres` or `method=e2e` reads.

    python examples/convert_weights.py nesymres 100M.ckpt config.yaml eq_setting.json FOLDER
    python examples/convert_weights.py e2e model.pt FOLDER --code symbolicregression --trust

Released weights are pickles, and to read a pickle may be to execute it. The harness never does;
this script does where --trust says so, in a process of its own. Run it where you would run a
program of the authors. NeSymReS's state is often read without it. E2E's file holds the authors'
objects: --code is a clone of their repository, whose modules it imports, and --trust is needed.

config.yaml and eq_setting.json lie in NeSymReS's repository, in `jupyter/100M` and `10MPaper`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

Tensors = dict[str, torch.Tensor]

_NESYMRES = (
    (r"enc\.selfatt1\.", lambda found: "encoder.0."),
    (r"enc\.selfatt\.(\d+)\.", lambda found: f"encoder.{int(found[1]) + 1}."),
    (r"tok_embedding\.", lambda found: "decoder.words."),
    (r"pos_embedding\.", lambda found: "decoder.places."),
    (r"fc_out\.", lambda found: "decoder.head."),
    (r"decoder_transfomer\.", lambda found: "decoder."),
    (r"\.self_attn\.", lambda found: ".own."),
    (r"\.multihead_attn\.", lambda found: ".cross."),
    (r"\.out_proj\.", lambda found: ".out."),
    (r"\.linear(\d)\.", lambda found: f".feed.{2 * int(found[1]) - 2}."),
    (r"\.norm1\.", lambda found: ".own_norm."),
    (r"\.norm2\.", lambda found: ".cross_norm."),
    (r"\.norm3\.", lambda found: ".feed_norm."),
)
_E2E = (
    (r"\bembeddings\.", lambda found: "words."),
    (r"\bposition_embeddings\.", lambda found: "places."),
    (r"\blayer_norm_emb\.", lambda found: "norm."),
    (r"\bproj\.", lambda found: "head."),
    (r"\battentions\.(\d+)\.", lambda found: f"layers.{found[1]}.own."),
    (r"\bencoder_attn\.(\d+)\.", lambda found: f"layers.{found[1]}.cross."),
    (r"\blayer_norm1\.(\d+)\.", lambda found: f"layers.{found[1]}.own_norm."),
    (r"\blayer_norm15\.(\d+)\.", lambda found: f"layers.{found[1]}.cross_norm."),
    (r"\blayer_norm2\.(\d+)\.", lambda found: f"layers.{found[1]}.feed_norm."),
    (r"\bffns\.(\d+)\.lin(\d)\.", lambda found: f"layers.{found[1]}.feed.{2 * int(found[2]) - 2}."),
    (r"\bq_lin\.", lambda found: "query."),
    (r"\bk_lin\.", lambda found: "key."),
    (r"\bv_lin\.", lambda found: "value."),
    (r"\bout_lin\.", lambda found: "out."),
)
Renaming = tuple[tuple[str, Callable[[re.Match[str]], str]], ...]


def main() -> None:
    """Convert, and say what there is now."""
    wanted = _options()
    convert = {"nesymres": _nesymres, "e2e": _e2e}[wanted.kind]
    state, tensors = convert(wanted)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, wanted.folder / "weights.safetensors")
    (wanted.folder / "state.json").write_text(json.dumps(state, indent=1))
    count = sum(one.numel() for one in tensors.values())
    print(f"{count:,} numbers in {wanted.folder}: method.{wanted.kind}.checkpoint={wanted.folder}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    nesymres = kinds.add_parser("nesymres")
    nesymres.add_argument("weights", type=Path)
    nesymres.add_argument("config", type=Path)
    nesymres.add_argument("equations", type=Path)
    e2e = kinds.add_parser("e2e")
    e2e.add_argument("weights", type=Path)
    e2e.add_argument("--code", type=Path, required=True, help="a clone of the authors' repository")
    for one in (nesymres, e2e):
        one.add_argument("folder", type=Path)
        one.add_argument("--trust", action="store_true", help="execute what the file holds")
    return parser.parse_args()


def _read(weights: Path, trust: bool) -> Any:
    """What a pickle holds; without ``trust`` nothing of it is executed."""
    try:
        return torch.load(weights, map_location="cpu", weights_only=not trust)
    except Exception as error:
        if trust:
            raise
        text = f"'{weights}' is not read without executing it ({error}); --trust does that"
        raise SystemExit(text) from None


def _nesymres(wanted: argparse.Namespace) -> tuple[dict[str, Any], Tensors]:
    from omegaconf import OmegaConf

    config = OmegaConf.load(wanted.config).architecture
    _require(config, bit16=True, linear=False, input_normalization=False, ln=True)
    held = _read(wanted.weights, wanted.trust)
    tensors: Tensors = {}
    for name, tensor in held.get("state_dict", held).items():
        if name in ("enc.mean", "enc.std"):
            continue
        name = name.replace("enc.outatt.", f"encoder.{config.n_l_enc + 1}.")
        name = _renamed(name, _NESYMRES)
        if ".in_proj_" in name:
            stem, part = name.split("in_proj_")
            for which, third in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                tensors[f"{stem}{which}.{part}"] = third.clone()
        else:
            tensors[name] = tensor.contiguous()
    shape = {
        "words": config.output_dim, "variables": config.dim_input - 1, "width": config.dim_hidden,
        "heads": config.num_heads, "inducing": config.num_inds, "encoder_layers": config.n_l_enc,
        "features": config.num_features, "decoder_layers": config.dec_layers,
        "feedforward": config.dec_pf_dim, "longest": config.length_eq, "signed_bits": config.norm,
    }  # fmt: skip
    named = {int(k): v for k, v in json.loads(wanted.equations.read_text())["id2word"].items()}
    words = [named.get(place, f"<{place}>") for place in range(config.output_dim)]
    return {"format": "nesymres", "shape": shape, "vocabulary": words}, tensors


def _e2e(wanted: argparse.Namespace) -> tuple[dict[str, Any], Tensors]:
    if not wanted.trust:
        raise SystemExit("E2E's weights are the authors' objects: to read them is --trust")
    sys.path.insert(0, str(wanted.code))
    model = _read(wanted.weights, trust=True)
    params = model.env.params
    _require(
        vars(params), n_enc_hidden_layers=1, n_dec_hidden_layers=1, norm_attention=False,
        enc_positional_embeddings=None, max_output_dimension=1, mantissa_len=1, float_precision=3,
    )  # fmt: skip
    if params.enc_emb_dim != params.dec_emb_dim or params.n_enc_heads != params.n_dec_heads:
        raise SystemExit("an encoder of another width or other heads than the decoder's: not known")
    tensors: Tensors = {}
    for part in ("embedder", "encoder", "decoder"):
        for name, tensor in getattr(model, part).state_dict().items():
            own = name if part == "embedder" else _renamed(name, _E2E)
            tensors[f"{part}.{own}"] = tensor.float().clone().contiguous()
    hidden = [one for name, one in tensors.items() if re.search(r"hidden_layers.*weight", name)]
    shape = {
        "words": len(model.env.equation_id2word), "float_words": len(model.env.float_id2word),
        "variables": params.max_input_dimension, "embedding": params.emb_emb_dim,
        "hidden": len(hidden[0]), "embedder_layers": len(hidden),
        "width": params.dec_emb_dim, "heads": params.n_dec_heads,
        "encoder_layers": params.n_enc_layers, "decoder_layers": params.n_dec_layers,
        "largest_exponent": params.max_exponent,
        "longest": len(tensors["decoder.places.weight"]),
    }  # fmt: skip
    return {
        "format": "e2e", "shape": shape, "vocabulary": _listed(model.env.equation_id2word),
        "float_vocabulary": _listed(model.env.float_id2word),
    }, tensors  # fmt: skip


def _listed(words: Mapping[int, str]) -> list[str]:
    return [words[place] for place in range(len(words))]


def _renamed(name: str, renaming: Renaming) -> str:
    for pattern, new in renaming:
        name = re.sub(pattern, new, name)
    return name


def _require(config: Mapping[str, Any], **wanted: Any) -> None:
    """End where a network is of a kind that the harness does not build."""
    for name, value in wanted.items():
        if config.get(name) != value:
            raise SystemExit(f"{name} is {config.get(name)!r}; only {value!r} is known")


if __name__ == "__main__":
    main()
