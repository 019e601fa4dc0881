"""Writes the goldens of CombinationGoldenTest: what PEFT's add_weighted_adapter makes of small adapters.

    python make_combinations.py FOLDER      FOLDER: peft-lora/src/test/resources/org/tune4j/lora/algebra/combinations

adapters/NAME are adapters on one small model, as PEFT saves them; cases/NAME what PEFT combined, saved likewise;
cases.json what was combined and how. The random types draw tune4j's masks (algebra.py: mask), one for each tensor that
is pruned, in place of torch.bernoulli's; everything else of them is PEFT's own code.
"""

import json
import pathlib
import shutil
import sys
import warnings

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.model import LoraModel
from peft.utils import merge_utils

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
SEED = 5
BASE = transformers.LlamaConfig(
    hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
    vocab_size=32, max_position_embeddings=32, tie_word_embeddings=False)
ADAPTERS = {
    "a": lambda: LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"]),
    "b": lambda: LoraConfig(r=4, lora_alpha=3, target_modules=["q_proj", "down_proj", "up_proj"], use_rslora=True),
    "patterns": lambda: LoraConfig(
        r=3, lora_alpha=6, target_modules=["q_proj", "up_proj", "v_proj"], rank_pattern={"q_proj": 2},
        alpha_pattern={"layers.0.self_attn.q_proj": 5, "up_proj": 3}),
    "embedding": lambda: LoraConfig(r=4, lora_alpha=6, target_modules=["embed_tokens", "q_proj"]),
    "embedding_too": lambda: LoraConfig(r=4, lora_alpha=2, target_modules=["embed_tokens", "v_proj"]),
    "expression": lambda: LoraConfig(r=4, lora_alpha=8, target_modules=r".*\.0\..*(q|k)_proj"),
    "expression_too": lambda: LoraConfig(r=4, lora_alpha=8, target_modules=r".*\.1\..*(q|v)_proj"),
}
# name: adapters with their weights, combination_type, what else add_weighted_adapter takes
TWO, LESS, THREE = {"a": 0.7, "b": 0.5}, {"a": 1.0, "b": -0.6}, {"a": 0.7, "b": -0.4, "patterns": 1.2}
EMBEDDED = {"embedding": 0.8, "embedding_too": 0.3}
CASES = {
    "linear": (TWO, "linear", {}),
    "linear_less": (LESS, "linear", {}),
    "linear_embedded": (EMBEDDED, "linear", {}),
    "linear_expressions": ({"expression": 0.5, "expression_too": 2.0}, "linear", {}),
    "cat": (THREE, "cat", {}),
    "cat_embedded": (EMBEDDED, "cat", {}),
    "svd": (THREE, "svd", {}),
    "svd_rank": (THREE, "svd", {"svd_rank": 2}),
    "svd_embedded": (EMBEDDED, "svd", {"svd_rank": 3}),
    "ties": (TWO, "ties", {"density": 0.5}),
    "ties_less": (LESS, "ties", {"density": 0.3}),
    "ties_frequency": (TWO, "ties", {"density": 0.6, "majority_sign_method": "frequency"}),
    "ties_svd": (THREE, "ties_svd", {"density": 0.4}),
    "ties_svd_frequency": (THREE, "ties_svd", {"density": 0.7, "majority_sign_method": "frequency"}),
    "magnitude_prune": (LESS, "magnitude_prune", {"density": 0.5}),
    "magnitude_prune_svd": (THREE, "magnitude_prune_svd", {"density": 0.35, "svd_rank": 5}),
    "magnitude_prune_svd_embedded": (EMBEDDED, "magnitude_prune_svd", {"density": 0.5}),
    "dare_linear": (LESS, "dare_linear", {"density": 0.5}),
    "dare_ties": (TWO, "dare_ties", {"density": 0.6}),
    "dare_linear_svd": (THREE, "dare_linear_svd", {"density": 0.25}),
    "dare_linear_svd_embedded": (EMBEDDED, "dare_linear_svd", {"density": 0.5}),
    "dare_ties_svd": (THREE, "dare_ties_svd", {"density": 0.7, "majority_sign_method": "frequency"}),
}

M64, GAMMA = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mixed(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & M64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & M64
    return z ^ (z >> 31)


def java_hash(text):
    h = 0
    for c in text:
        h = (31 * h + ord(c)) & 0xFFFFFFFF
    return h - (1 << 32) if h >> 31 else h


def seed_of(name, adapter):
    return mixed((mixed((SEED + adapter + GAMMA) & M64) ^ (java_hash(name) * GAMMA & M64)) + GAMMA & M64)


def mask(rows, columns, density, seed):
    draws = [mixed((seed + (i + 1) * GAMMA) & M64) for i in range(rows * columns)]
    return torch.tensor([float((d >> 11) * 2.0**-53 < density) for d in draws]).view(rows, columns)


class Masked:
    """Has PEFT prune with these masks: which tensor is next is told by what prunes."""

    def __init__(self, model):
        self.names = {id(m): n for n, m in model.named_modules()}
        self.next = []
        self.inner_factors = LoraModel._generalized_task_arithmetic_weighted_adapter
        self.inner_svd = LoraModel._svd_generalized_task_arithmetic_weighted_adapter
        outer = self

        def factors(model, kind, adapters, weights, target, *rest, **more):
            outer.expect(target, adapters, (".lora_A", ".lora_B"))
            return outer.inner_factors(model, kind, adapters, weights, target, *rest, **more)

        def svd(model, kind, adapters, weights, rank, target, *rest, **more):
            outer.expect(target, adapters, ("",))
            return outer.inner_svd(model, kind, adapters, weights, rank, target, *rest, **more)

        def pruning(tensor, density, rescale):
            name, adapter, transposed = outer.next.pop(0)
            shape = tensor.shape[::-1] if transposed else tensor.shape
            drawn = mask(*shape, density, seed_of(name, adapter))
            kept = tensor * (drawn.T if transposed else drawn)
            return kept / density if rescale else kept

        LoraModel._generalized_task_arithmetic_weighted_adapter = factors
        LoraModel._svd_generalized_task_arithmetic_weighted_adapter = svd
        merge_utils.random_pruning = pruning

    def expect(self, target, adapters, parts):
        module = self.names[id(target)].removeprefix("base_model.model.")
        embedding = any(a in target.lora_embedding_A for a in adapters)
        self.next = [
            (module + part, i, embedding and part == "") for part in parts for i, a in enumerate(adapters)
            if a in target.lora_A or a in target.lora_embedding_A]


def model_with(adapters):
    torch.manual_seed(11)
    base = transformers.LlamaForCausalLM(BASE).eval()
    base.name_or_path = "base"
    model = None
    for i, (name, config) in enumerate(adapters.items()):
        configured = config()
        configured.task_type, configured.base_model_name_or_path = "CAUSAL_LM", "base"
        if model is None:
            model = get_peft_model(base, configured, adapter_name=name)
        else:
            model.add_adapter(name, configured)
    g = torch.Generator().manual_seed(12)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if "lora_" in name:
                p.copy_(torch.randn(p.shape, generator=g) * 0.3)
    return model


def save(model, name, folder):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, selected_adapters=[name])
    inner = folder / name
    for file in inner.iterdir():
        file.rename(folder / file.name)
    inner.rmdir()
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    config = {k: sorted(v) if k.endswith("_modules") and isinstance(v, list) else v for k, v in config.items()}
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


def make(root):
    model = model_with(ADAPTERS)
    masked = Masked(model)
    for name in ADAPTERS:
        save(model, name, root / "adapters" / name)
    listed = []
    for name, (weighted, kind, more) in CASES.items():
        model.add_weighted_adapter(
            list(weighted), list(weighted.values()), "combined", combination_type=kind, **more)
        assert not masked.next or "dare" not in kind, masked.next
        save(model, "combined", root / "cases" / name)
        model.delete_adapter("combined")
        listed.append({"name": name, "adapters": weighted, "combination_type": kind, **more})
    return listed


def main(root):
    listed = make(root)
    facts = {"peft": peft.__version__, "torch": torch.__version__.split("+")[0], "seed": SEED, "cases": listed}
    (root / "cases.json").write_text(json.dumps(facts, indent=1) + "\n")


main(pathlib.Path(sys.argv[1]))
