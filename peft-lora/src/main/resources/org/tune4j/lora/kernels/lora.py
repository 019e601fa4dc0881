# LoRA at a linear group (Hu et al., 2022): y = x W^T + b, and for each adapted layer i of the group, in its columns,
#   y_i += scaling_i * dropout(x) A_i^T B_i^T
# Shapes: x [N, I]   y [N, O]   p = [A [sum of ranks, I], B_1 [O_1, r_1], B_2 ...]   t [N, sum of ranks]
#   N tokens, I inputs, O outputs of all layers. The A matrices share their input, so they are one product.
# starts, ends: the columns of each adapted layer; ranks: their r. g: the fp32 gradients of p, added to.
# saved = [t], and with dropout the mask [N, I]: it costs less to keep than to draw again. seed below 0: no dropout.

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  k = 1.
  if dropout > 0. and int(seed) >= 0:
    k = 1. - dropout
    mask = __torch__.dropout.mask(x, dropout, seed)
    t = torch.mm(torch.mul(x, mask), p[0].t())
    saved = [t, mask]
  else:
    t = torch.mm(x, p[0].t())
    saved = [t, t]
  at = 0
  for i in range(len(ranks)):
    y.narrow(1, starts[i], ends[i] - starts[i]).addmm_(t.narrow(1, at, ranks[i]), p[i + 1].t(), alpha=scaling[i] / k)
    at = at + ranks[i]
  return (y, saved)

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tensor:
  t = saved[0]
  gx = __torch__.linear.input_gradient(gy, w)
  gt = torch.empty_like(t)
  drops = dropout > 0. and int(seed) >= 0
  k = 1. - dropout if drops else 1.
  at = 0
  for i in range(len(ranks)):
    gyi = gy.narrow(1, starts[i], ends[i] - starts[i])
    torch.mul(torch.mm(gyi, p[i + 1]), scaling[i] / k, out=gt.narrow(1, at, ranks[i]))
    g[i + 1].add_(torch.mm(gyi.t(), t.narrow(1, at, ranks[i])), alpha=scaling[i] / k)
    at = at + ranks[i]
  if drops:
    g[0].add_(torch.mm(gt.t(), torch.mul(x, saved[1])))
    return gx.add_(torch.mm(gt, p[0]).mul_(saved[1]))
  g[0].add_(torch.mm(gt.t(), x))
  return gx.addmm_(gt, p[0])

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float) -> List[Tensor]:
  # W_i += scaling_i B_i A_i, in place
  at = 0
  for i in range(len(ranks)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i]).addmm_(p[i + 1], p[0].narrow(0, at, ranks[i]), alpha=scaling[i])
    at = at + ranks[i]
  return w
