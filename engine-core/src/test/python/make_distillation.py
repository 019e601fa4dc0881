"""Peers of kernel files hidden_match.py and distillation.py (topk_forward_backward), in fp64: torch 2.7.1's
cosine_embedding_loss, Linear and mse_loss; TRL 1.16.0's GKDTrainer.generalized_jsd_loss of the student's and the
teacher's distributions in which all tokens beside the teacher's top k are one class.

    python make_distillation.py ../resources/org/tune4j/engine/objective/distillation_peers.json
"""
import json
import sys

import torch
import torch.nn.functional as F
from trl.experimental.gkd import GKDTrainer

torch.manual_seed(20261128)
torch.set_default_dtype(torch.float64)


def flat(x):
    return x.detach().reshape(-1).tolist()


out = {}
weights = torch.tensor([0.5, 2.0, 1.25])

# DistilBERT: CosineEmbeddingLoss with targets of 1.
s = torch.randn(3, 4, requires_grad=True)
t = torch.randn(3, 4)
loss = F.cosine_embedding_loss(s, t, torch.ones(3), reduction="none")
(loss * weights).sum().backward()
out["cosine"] = dict(student=flat(s), teacher=flat(t), losses=flat(loss), student_grad=flat(s.grad))

# TinyBERT, eq. 8: MSE(s W, t).
s = torch.randn(3, 4, requires_grad=True)
t = torch.randn(3, 5)
projection = torch.nn.Linear(4, 5, bias=False)
loss = F.mse_loss(projection(s), t, reduction="none").mean(1)
(loss * weights).sum().backward()
out["mse"] = dict(
    student=flat(s),
    teacher=flat(t),
    projection=flat(projection.weight),
    losses=flat(loss),
    student_grad=flat(s.grad),
    projection_grad=flat(projection.weight.grad),
)

k, temperature = 3, 1.7
z0 = torch.randn(2, 7) * 2
t = torch.randn(2, 7) * 2
ids = torch.topk(t, k).indices.sort(-1).values
others = torch.ones(2, 7, dtype=torch.bool).scatter(1, ids, False)


def lumped(x):
    p = torch.softmax(x / temperature, -1)
    return torch.cat([p.gather(1, ids), (p * others).sum(1, keepdim=True)], 1).log()


topk = dict(k=k, temperature=temperature, student=flat(z0), teacher=flat(t), by_beta={})
topk["ids"] = ids.reshape(-1).tolist()
topk["log_probs"] = flat(lumped(t))
for beta in (0.0, 0.3, 1.0):
    z = z0.clone().requires_grad_()
    # The softmax of logarithms of probabilities is these probabilities.
    losses = torch.stack(
        [
            GKDTrainer.generalized_jsd_loss(a[None, None], b[None, None], beta=beta, reduction="sum")
            for a, b in zip(lumped(z), lumped(t))
        ]
    )
    losses.sum().backward()
    topk["by_beta"][str(beta)] = dict(losses=flat(losses), student_grad=flat(z.grad))
out["topk"] = topk
with open(sys.argv[1], "w") as file:
    json.dump(out, file)
