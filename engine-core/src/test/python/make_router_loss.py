"""Writes the resources of RouterLossTest: random models with experts, and what transformers says of their losses.

    python make_router_loss.py FOLDER      FOLDER: engine-core/src/test/resources/org/tune4j/engine/model/router

For each model config.json, model.safetensors, and golden.safetensors: two padded rows of ids with mask and labels, the
loss of training with output_router_logits, aux_loss, and the gradient of every parameter, named as the model names them.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import MixtralConfig, MixtralForCausalLM, Qwen2MoeConfig, Qwen2MoeForCausalLM

COMMON = dict(
    vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
    max_position_embeddings=64, tie_word_embeddings=False, output_router_logits=True, attn_implementation="eager",
    experts_implementation="eager")
MODELS = {
    "mixtral": (MixtralForCausalLM, MixtralConfig(
        intermediate_size=12, num_local_experts=4, num_experts_per_tok=2, router_aux_loss_coef=0.3, **COMMON)),
    "qwen2_moe": (Qwen2MoeForCausalLM, Qwen2MoeConfig(
        intermediate_size=24, moe_intermediate_size=8, shared_expert_intermediate_size=10, num_experts=5,
        num_experts_per_tok=2, router_aux_loss_coef=0.7, **COMMON)),
}


def make(folder, cls, config):
    torch.manual_seed(11)
    model = cls(config)
    for p in model.parameters():
        torch.nn.init.normal_(p, 1.0 if p.dim() == 1 else 0.0, 0.1 if p.dim() == 1 else 0.3)
    model.save_pretrained(folder)
    lengths = [13, 8]
    ids = torch.randint(3, 64, (2, 13))
    mask = (torch.arange(13) < torch.tensor(lengths).unsqueeze(1)).long()
    labels = ids.masked_fill(mask == 0, -100)
    labels[0, :5] = -100
    out = model(input_ids=ids * mask, attention_mask=mask, labels=labels)
    out.loss.backward()
    golden = {"input_ids": ids * mask, "attention_mask": mask, "labels": labels, "loss": out.loss.detach().reshape(1),
              "aux_loss": out.aux_loss.detach().reshape(1)}
    for name, p in model.named_parameters():
        golden["grad." + name] = p.grad.contiguous()
    save_file(golden, folder / "golden.safetensors")
    print(folder.name, out.loss.item(), out.aux_loss.item())


torch.set_num_threads(1)
for name, (cls, config) in MODELS.items():
    make(pathlib.Path(sys.argv[1]) / name, cls, config)
