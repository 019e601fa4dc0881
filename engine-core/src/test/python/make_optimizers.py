"""Writes optimizers.json: updates of a few tensors by the optimizers of bitsandbytes, torch and schedulefree, and the
learning rates of torch's ReduceLROnPlateau.

    pip install torch==2.9.0 bitsandbytes==0.50.2 schedulefree==1.4.1
    python make_optimizers.py ../resources/org/tune4j/engine/optim/optimizers.json

Weights and gradients are a function of their place, so the test computes the same. Of the weights after each step every
53rd is written, from the first on.

bitsandbytes' CPU library looks codes up in a table with 65536 equal cells, which small numbers share; its GPU
kernels and its plain torch backend take the nearest code. It is the latter that computes here.
"""
import json
import sys

import torch

KERNELS = {}
register_kernel = torch.library.register_kernel


def remember(name, device, *args, **kwargs):
    register = register_kernel(name, device, *args, **kwargs)
    return lambda kernel: KERNELS.setdefault((name, device), kernel) and register(kernel)


torch.library.register_kernel = remember
import bitsandbytes
import schedulefree
from bitsandbytes.backends.cpu import ops as cpu_ops

SHAPES = {"matrix": (64, 80), "odd": (67, 93), "wide": (6, 20), "vector": (24,)}
STEPS = 6
STRIDE = 53


def numbers(salt, shape):
    count = int(torch.tensor(shape).prod())
    out = []
    for i in range(count):
        h = (i * 2654435761 + salt * 40503 * 65537) % 2**32
        h ^= h >> 15
        h = h * 2246822519 % 2**32
        h ^= h >> 13
        out.append(((h >> 8) / 2**23 - 1) * 2.0 ** -(i % 17))
    return torch.tensor(out).view(shape)


def shown(tensor):
    return [float("%.9g" % number) for number in tensor.detach().flatten()[::STRIDE].tolist()]


def run(make, at=lambda optimizer, step: None):
    params = [torch.nn.Parameter(numbers(k, shape)) for k, shape in enumerate(SHAPES.values())]
    optimizer = make(params)
    steps = []
    for step in range(STEPS):
        for k, param in enumerate(params):
            param.grad = numbers(100 * (step + 1) + k, param.shape)
        optimizer.step()
        at(optimizer, step)
        steps.append([shown(param) for param in params])
    return optimizer, params, steps


def adamw_8bit():
    def quantise(x, code, absmax_out, out, blocksize):
        codes, absmax = KERNELS["bitsandbytes::quantize_blockwise", "default"](x, code, blocksize)
        out.copy_(codes)
        absmax_out.copy_(absmax)

    cpu_ops._quant_blockwise_fp32_direct = quantise
    make = lambda params: bitsandbytes.optim.AdamW8bit(params, lr=1e-2, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    optimizer, params, steps = run(make)
    states = [optimizer.state[param] for param in params]
    coded = [s for s in states if s["state1"].dtype == torch.uint8]
    return {
        "weights": steps,
        "exp_avg_codes": [s["state1"].flatten()[::STRIDE].tolist() for s in coded],
        "exp_avg_sq_codes": [s["state2"].flatten()[::STRIDE].tolist() for s in coded],
    }


def adam():
    make = lambda params: torch.optim.Adam(params, lr=1e-2, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1, fused=True)
    return {"weights": run(make)[2]}


def muon(adjust, nesterov):
    """Vectors are not Muon's: they are AdamW's, as its documentation has it."""

    class Both:
        def __init__(self, params):
            matrices = [param for param in params if param.dim() == 2]
            vectors = [param for param in params if param.dim() == 1]
            self.parts = [
                torch.optim.Muon(matrices, lr=1e-2, weight_decay=0.1, nesterov=nesterov, adjust_lr_fn=adjust),
                torch.optim.AdamW(vectors, lr=1e-2, betas=(0.9, 0.99), weight_decay=0.1, fused=True),
            ]

        def step(self):
            for part in self.parts:
                part.step()

    return {"weights": run(Both)[2]}


def schedule_free_adamw():
    """Of the third and of the last step the weights for evaluation too. The rate rises, as in a warm-up."""
    averaged = []

    def at(optimizer, step):
        optimizer.param_groups[0]["lr"] = min(1.0, (step + 2) / 4) * 1e-2
        if step in (2, STEPS - 1):
            optimizer.eval()
            params = optimizer.param_groups[0]["params"]
            averaged.append([shown(param) for param in params])
            optimizer.train()

    def make(params):
        optimizer = schedulefree.AdamWScheduleFree(params, lr=0.25e-2, betas=(0.9, 0.99), weight_decay=0.1)
        optimizer.train()
        return optimizer

    return {"weights": run(make, at)[2], "averaged": averaged}


def plateau():
    metrics = [5, 4, 4.1, 4.05, 4, 3.9999, 3.5, 3.6, 3.7, 3.4, 3.5, 3.5, 3.5, 3.5, 3.45, 2, 2.5, 2.5, 2.5, 2.5]
    runs = []
    for options in [
        {},
        {"factor": 0.5, "patience": 1},
        {"factor": 0.5, "patience": 0, "cooldown": 2, "min_lr": 2e-4},
        {"factor": 0.3, "patience": 1, "threshold": 0.2, "threshold_mode": "abs", "eps": 1e-4},
        {"factor": 0.9, "patience": 2, "threshold": 0.05},
    ]:
        for mode in ("min", "max"):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode=mode, **options)
            rates = []
            for metric in metrics:
                scheduler.step(metric)
                rates.append(optimizer.param_groups[0]["lr"])
            runs.append({"options": options, "mode": mode, "metrics": metrics, "rates": rates})
    return runs


if __name__ == "__main__":
    with open(sys.argv[1], "w") as out:
        json.dump(
            {
                "adamw_8bit": adamw_8bit(),
                "adam": adam(),
                "muon_match_rms_adamw": muon("match_rms_adamw", True),
                "muon_original": muon("original", False),
                "schedule_free_adamw": schedule_free_adamw(),
                "reduce_lr_on_plateau": plateau(),
            },
            out,
        )
