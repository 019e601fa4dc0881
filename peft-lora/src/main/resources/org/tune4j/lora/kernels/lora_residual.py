# LoRA on a weight that was reduced by what A and B started as (PiSSA, OLoRA):
#   y_i = W x + b + scaling_i (B A dropout(x) - B' A' x)
# Shapes: as in lora.py; p = [A, B_1, ..., B_L, A', B'_1, ..., B'_L], of which those with a dash never change.

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y, saved = __torch__.lora.forward(x, w, p, starts, ends, ranks, scaling, dropout, seed)
  first = len(ranks) + 1
  t = torch.mm(x, p[first].t())
  at = 0
  for i in range(len(ranks)):
    yi = y.narrow(1, starts[i], ends[i] - starts[i])
    reduced = yi.addmm_(t.narrow(1, at, ranks[i]), p[first + 1 + i].t(), alpha=-1. * scaling[i])
    at = at + ranks[i]
  return (y, saved)

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tensor:
  gx = __torch__.lora.backward(gy, x, w, p, g, saved, starts, ends, ranks, scaling, dropout, seed)
  first = len(ranks) + 1
  at = 0
  for i in range(len(ranks)):
    gt = torch.mm(gy.narrow(1, starts[i], ends[i] - starts[i]), p[first + 1 + i])
    gx = gx.addmm_(gt, p[first].narrow(0, at, ranks[i]), alpha=-1. * scaling[i])
    at = at + ranks[i]
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float) -> List[Tensor]:
  # in place
  first = len(ranks) + 1
  at = 0
  for i in range(len(ranks)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i])
    reduced = rows.addmm_(p[first + 1 + i], p[first].narrow(0, at, ranks[i]), alpha=-1. * scaling[i])
    at = at + ranks[i]
  return __torch__.lora.merge(w, p, starts, ends, ranks, scaling, dropout)
