"""Writes bitsandbytes/*: a small Llama as transformers saves it once bitsandbytes has quantised it, and what its matrices dequantise to.

Outside what Maven runs; needs `pip install torch safetensors transformers accelerate bitsandbytes` (0.50.2, transformers 5.24).
From the repository's root:
    python engine-core/src/test/python/make_bitsandbytes.py
"""

import tempfile
from pathlib import Path

import bitsandbytes as bnb
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, LlamaConfig, LlamaForCausalLM

OUT = Path(__file__).parents[1] / "resources/org/tune4j/engine/model/bitsandbytes"
KINDS = {
    "nf4_nested": dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True),
    "fp4": dict(load_in_4bit=True, bnb_4bit_quant_type="fp4"),
    "int8": dict(load_in_8bit=True),
}

torch.manual_seed(0)
config = LlamaConfig(vocab_size=97, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4,
                     num_key_value_heads=2, tie_word_embeddings=True)
with tempfile.TemporaryDirectory() as source:
    LlamaForCausalLM(config).save_pretrained(source)
    for kind, how in KINDS.items():
        model = AutoModelForCausalLM.from_pretrained(source, quantization_config=BitsAndBytesConfig(**how),
                                                     dtype=torch.float32, device_map="cpu")
        model.save_pretrained(OUT / kind)
        numbers = {}
        for name, module in model.named_modules():
            if isinstance(module, bnb.nn.Linear4bit):
                numbers[name + ".weight"] = bnb.functional.dequantize_4bit(module.weight.data, module.weight.quant_state).float()
            elif isinstance(module, bnb.nn.Linear8bitLt):
                scb = module.weight.SCB if module.weight.SCB is not None else module.state.SCB
                numbers[name + ".weight"] = module.weight.data.float() * scb.float().view(-1, 1) / 127
        save_file({k: v.contiguous() for k, v in numbers.items()}, OUT / kind / "dequantised.safetensors")
