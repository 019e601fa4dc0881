"""Writes tiny models of random weights and what transformers makes of texts with them.

Outside what Maven runs; needs `pip install torch transformers`. From the repository's root:
    python engine-core/src/test/python/make_embeddings.py
Mean pooling is that of sentence-transformers: over the attention mask.
"""

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertModel, Qwen2Config, Qwen2Model

OUT = Path(__file__).parents[1] / "resources/org/tune4j/engine/predict"
TEXTS = [[2, 7, 9, 11, 3], [2, 30, 3], [2, 5, 6, 7, 8, 9, 10, 31, 3], [2, 3]]


def inputs():
    longest = max(map(len, TEXTS))
    ids = torch.tensor([t + [0] * (longest - len(t)) for t in TEXTS])
    mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in TEXTS])
    return ids, mask


def poolings(hidden, mask):
    last = mask.sum(1) - 1
    summed = (hidden * mask.unsqueeze(-1)).sum(1)
    return {
        "FIRST": hidden[:, 0],
        "LAST": hidden[torch.arange(len(TEXTS)), last],
        "MEAN": summed / mask.sum(1, keepdim=True),
    }


def write(name, model, architecture):
    folder = OUT / name
    model.eval()
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.3)
            else:
                parameter.add_(0.1 * torch.randn_like(parameter))
        ids, mask = inputs()
        out = model(input_ids=ids, attention_mask=mask)
        expected = poolings(out.last_hidden_state, mask)
        if getattr(out, "pooler_output", None) is not None:
            expected["POOLER"] = out.pooler_output
    model.config.architectures = [architecture]
    model.save_pretrained(folder)
    values = {key: value.tolist() for key, value in expected.items()}
    (folder / "embeddings.json").write_text(json.dumps({"ids": TEXTS, "expected": values}) + "\n")


sizes = dict(vocab_size=32, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
             intermediate_size=12, max_position_embeddings=16)
write("bert", BertModel(BertConfig(**sizes)), "BertModel")
write("qwen2", Qwen2Model(Qwen2Config(num_key_value_heads=1, **sizes)), "Qwen2Model")
