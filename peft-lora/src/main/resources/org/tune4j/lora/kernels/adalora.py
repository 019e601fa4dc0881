# AdaLoRA at a linear group (Zhang et al., 2023): for each adapted layer i of the group, in the form of a singular value decomposition,
#   y_i = W x + bias + k B_i (e_i * (A_i dropout(x)))
# Shapes: x [N, I]   y [N, O]   p = [A_1 [r, I], e_1 [r, 1], B_1 [O_1, r], A_2, ...]. saved = [t], A x of all layers [N, sum of r],
# and with dropout the mask [N, I].

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], k: float, dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  mask = x
  d = x
  if dropout > 0. and int(seed) >= 0:
    mask = __torch__.dropout.mask(x, dropout, seed)
    d = torch.mul(x, mask).div_(1. - dropout)
  all = annotate(List[Tensor], [])
  for i in range(len(starts)):
    t = torch.mm(d, p[3 * i].t())
    all.append(t)
    yi = y.narrow(1, starts[i], ends[i] - starts[i])
    added = yi.addmm_(torch.mul(t, p[3 * i + 1].view([-1])), p[3 * i + 2].t(), alpha=k)
  return (y, [torch.cat(all, 1), mask])

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], k: float, dropout: float, seed: Tensor) -> Tensor:
  gx = __torch__.linear.input_gradient(gy, w)
  drops = dropout > 0. and int(seed) >= 0
  d = torch.mul(x, saved[1]).div_(1. - dropout) if drops else x
  at = 0
  for i in range(len(starts)):
    e = p[3 * i + 1].view([-1])
    t = saved[0].narrow(1, at, e.size(0))
    gyi = gy.narrow(1, starts[i], ends[i] - starts[i])
    gu = torch.mm(gyi, p[3 * i + 2]).mul_(k)
    gb = g[3 * i + 2].add_(torch.mm(gyi.t(), torch.mul(t, e)), alpha=k)
    ge = g[3 * i + 1].add_(torch.sum(torch.mul(gu, t), [0], dtype=ops.prim.dtype(g[3 * i + 1])).unsqueeze(1))
    gt = gu.mul_(e)
    ga = g[3 * i].add_(torch.mm(gt.t(), d))
    gd = torch.mm(gt, p[3 * i])
    gx = gx.add_(gd.mul_(saved[1]).div_(1. - dropout) if drops else gd)
    at = at + e.size(0)
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], k: float, dropout: float) -> List[Tensor]:
  # in place
  for i in range(len(starts)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i])
    added = rows.addmm_(p[3 * i + 2], torch.mul(p[3 * i], p[3 * i + 1]), alpha=k)
  return w
