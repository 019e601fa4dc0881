"""Writes nf4.safetensors: two layers' weights, what bitsandbytes makes of them in NF4 with double quantisation, and back.

Outside what Maven runs; needs `pip install torch safetensors bitsandbytes==0.46.1`. (Later versions quantise absmax by a table
that is not always the nearest level; 0.46.1 and those before take the nearest.) From the repository's root:
    python engine-core/src/test/python/make_nf4.py
"""

from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import save_file

OUT = Path(__file__).parents[1] / "resources/org/tune4j/engine/model/nf4.safetensors"

torch.manual_seed(1)
tensors = {}
# The first has more blocks than share an absmax of their own; both have one large number. (Of a block of zeros, later versions
# and we make the code of 0; this one divides by 0.)
for layer, rows in enumerate([320, 64]):
    weight = (torch.randn(rows, 64) * 0.05).bfloat16()
    weight[5, 7] = 2.5
    codes, state = bnb.quantize_4bit(weight, blocksize=64, compress_statistics=True, quant_type="nf4")
    tensors |= {
        f"{layer}.weight": weight,
        f"{layer}.codes": codes.view(-1),
        f"{layer}.absmax": state.absmax,
        f"{layer}.absmax_absmax": state.state2.absmax,
        f"{layer}.offset": state.offset.view(1),
        f"{layer}.dequantised": bnb.dequantize_4bit(codes, state),
    }
tensors["pairs.levels"] = bnb.get_4bit_type("nf4", device="cpu")
tensors["absmax_map"] = bnb.create_dynamic_map()
save_file(tensors, OUT)
