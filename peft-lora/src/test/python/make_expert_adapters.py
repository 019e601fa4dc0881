"""Writes the resources of ExpertAdaptersTest: adapters on random models with experts, and what PEFT computes with them.

    python make_expert_adapters.py FOLDER      FOLDER: peft-lora/src/test/resources/org/tune4j/lora/expert-adapters

For each model base/, all-linear/ (as save_pretrained writes it) and out.safetensors (ids, and the logits with it). For
Mixtral also per-expert/, an adapter as PEFT wrote it with transformers 4, whose logits PEFT 0.21 computes by its own
conversion (per_expert_logits). For Qwen2-MoE, whose configuration PEFT 0.21 does not convert, the logits of per-expert/
are those of the model whose weights the adapter was merged into by hand.
"""

import json
import pathlib
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import (
    DeepseekV2Config, DeepseekV2ForCausalLM, MixtralConfig, MixtralForCausalLM, Qwen2MoeConfig, Qwen2MoeForCausalLM)

COMMON = dict(
    vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64,
    tie_word_embeddings=False, attn_implementation="eager", experts_implementation="eager")
MODELS = {
    "mixtral": (MixtralForCausalLM, MixtralConfig(
        intermediate_size=12, num_local_experts=4, num_experts_per_tok=2, num_key_value_heads=1, **COMMON)),
    "deepseek_v2": (DeepseekV2ForCausalLM, DeepseekV2Config(
        intermediate_size=24, moe_intermediate_size=8, n_routed_experts=4, num_experts_per_tok=2, n_shared_experts=1,
        first_k_dense_replace=1, q_lora_rank=None, kv_lora_rank=8, qk_nope_head_dim=8, qk_rope_head_dim=4, v_head_dim=8,
        topk_method="greedy", n_group=1, topk_group=1, num_key_value_heads=2, **COMMON)),
    "qwen2_moe": (Qwen2MoeForCausalLM, Qwen2MoeConfig(
        intermediate_size=24, moe_intermediate_size=8, shared_expert_intermediate_size=10, num_experts=5,
        num_experts_per_tok=2, decoder_sparse_step=2, num_key_value_heads=1, **COMMON)),
}
NAMES = {"mixtral": ("block_sparse_moe", "w1", "w3", "w2"), "qwen2_moe": ("mlp", "gate_proj", "up_proj", "down_proj")}
R, ALPHA = 2, 6


def randomised(model, std):
    for p in model.parameters():
        torch.nn.init.normal_(p, 1.0 if p.dim() == 1 else 0.0, 0.1 if p.dim() == 1 else std)


def per_expert(folder, name, model):
    """An adapter in the old layout: attention's q_proj, the router, and each expert's three layers."""
    module, gate, up, down = NAMES[name]
    tensors = {}

    def add(path, outputs, inputs):
        tensors[f"base_model.model.{path}.lora_A.weight"] = 0.3 * torch.randn(R, inputs)
        tensors[f"base_model.model.{path}.lora_B.weight"] = 0.3 * torch.randn(outputs, R)

    for i, layer in enumerate(model.model.layers):
        add(f"model.layers.{i}.self_attn.q_proj", *layer.self_attn.q_proj.weight.shape)
        if not hasattr(layer.mlp, "experts"):
            continue
        add(f"model.layers.{i}.{module}.gate", *layer.mlp.gate.weight.shape)
        inner = layer.mlp.experts.down_proj.shape[2]
        for e in range(layer.mlp.experts.down_proj.shape[0]):
            add(f"model.layers.{i}.{module}.experts.{e}.{gate}", inner, 16)
            add(f"model.layers.{i}.{module}.experts.{e}.{up}", inner, 16)
            add(f"model.layers.{i}.{module}.experts.{e}.{down}", 16, inner)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "adapter_model.safetensors", {"format": "pt"})
    (folder / "adapter_config.json").write_text(json.dumps({
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": R, "lora_alpha": ALPHA, "lora_dropout": 0.0, "bias": "none",
        "target_modules": ["q_proj", "gate", gate, up, down], "base_model_name_or_path": "base", "inference_mode": True}))
    return tensors


def merged(model, name, tensors):
    """The weights with the adapter added, layer by layer."""
    module, gate, up, down = NAMES[name]

    def delta(path):
        key = f"base_model.model.{path}"
        return ALPHA / R * tensors[key + ".lora_B.weight"] @ tensors[key + ".lora_A.weight"]

    with torch.no_grad():
        for i, layer in enumerate(model.model.layers):
            layer.self_attn.q_proj.weight += delta(f"model.layers.{i}.self_attn.q_proj")
            if not hasattr(layer.mlp, "experts"):
                continue
            layer.mlp.gate.weight += delta(f"model.layers.{i}.{module}.gate")
            inner = layer.mlp.experts.down_proj.shape[2]
            for e in range(layer.mlp.experts.down_proj.shape[0]):
                path = f"model.layers.{i}.{module}.experts.{e}."
                layer.mlp.experts.gate_up_proj[e, :inner] += delta(path + gate)
                layer.mlp.experts.gate_up_proj[e, inner:] += delta(path + up)
                layer.mlp.experts.down_proj[e] += delta(path + down)


def make(folder, name, cls, config):
    torch.manual_seed(7)
    model = cls(config).eval()
    randomised(model, 0.3)
    model.save_pretrained(folder / "base")
    (folder / "base" / "generation_config.json").unlink(missing_ok=True)
    ids = torch.randint(3, 64, (1, 13))
    peft = get_peft_model(model, LoraConfig(r=R, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"))
    for key, p in peft.named_parameters():
        if "lora_" in key:
            torch.nn.init.normal_(p, 0.0, 0.3)
    peft.eval().save_pretrained(folder / "all-linear")
    (folder / "all-linear" / "README.md").unlink(missing_ok=True)
    out = {"ids": ids, "logits": peft(ids).logits.detach()}
    if name in NAMES:
        fresh = cls.from_pretrained(folder / "base", attn_implementation="eager", experts_implementation="eager").eval()
        tensors = per_expert(folder / "per-expert", name, fresh)
        if name == "mixtral":
            theirs = PeftModel.from_pretrained(
                cls.from_pretrained(folder / "base", attn_implementation="eager", experts_implementation="eager"),
                folder / "per-expert").eval()
            out["per_expert_logits"] = theirs(ids).logits.detach()
        merged(fresh, name, tensors)
        by_hand = fresh(ids).logits.detach()
        if name == "mixtral":
            print("PEFT's conversion and the sum by hand:", (out["per_expert_logits"] - by_hand).abs().max().item())
        else:
            out["per_expert_logits"] = by_hand
    save_file({k: v.contiguous() for k, v in out.items()}, folder / "out.safetensors")
    print(name, sorted(load_file(folder / "all-linear" / "adapter_model.safetensors"))[:4])


torch.set_num_threads(1)
for model_name, (model_class, model_config) in MODELS.items():
    make(pathlib.Path(sys.argv[1]) / model_name, model_name, model_class, model_config)
