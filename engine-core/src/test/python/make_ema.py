"""Writes ema.json: exponential moving averages of the weights that torch's SGD makes of a few tensors.

    pip install torch==2.7.1 diffusers==0.35.1 transformers==4.57.1
    python make_ema.py ../resources/org/tune4j/engine/optim/ema.json

Weights, gradients and what is written of them are as in make_optimizers.py. "constant" is torch's AveragedModel with
get_ema_multi_avg_fn, "warmup" diffusers' EMAModel with use_ema_warmup.
"""
import json
import sys

import torch
from diffusers.training_utils import EMAModel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SHAPES = {"matrix": (64, 80), "odd": (67, 93), "wide": (6, 20), "vector": (24,)}
STEPS = 8
STRIDE = 53
DECAY = 0.6


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


def run(average):
    model = torch.nn.ParameterList([numbers(k, shape) for k, shape in enumerate(SHAPES.values())])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    follow, averaged = average(model)
    steps = []
    for step in range(STEPS):
        for k, param in enumerate(model):
            param.grad = numbers(100 * (step + 1) + k, param.shape)
        optimizer.step()
        follow(model)
        steps.append([shown(param) for param in averaged()])
    return steps


def constant(model):
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(DECAY))
    return average.update_parameters, lambda: list(average.module)


def warmup(model):
    average = EMAModel(model.parameters(), decay=DECAY, use_ema_warmup=True)
    return lambda now: average.step(now.parameters()), lambda: average.shadow_params


if __name__ == "__main__":
    with open(sys.argv[1], "w") as out:
        json.dump({"decay": DECAY, "constant": run(constant), "warmup": run(warmup)}, out)
