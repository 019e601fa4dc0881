# LoRA at a linear group (Hu et al., 2022): y = x W^T + b, and for each adapted layer i of the group, in its columns,
#   y_i += scaling_i * dropout(x) A_i^T B_i^T
# Shapes: x [N, I]   y [N, O]   p = [A [sum of ranks, I], B_1 [O_1, r_1], B_2 ...]   t [N, sum of ranks]
#   N tokens, I inputs, O outputs of all layers. The A matrices share their input, so they are one product.
# starts, ends: the columns of each adapted layer; ranks: their r. g: the fp32 gradients of p, added to.
# seed below 0: no dropout.

def dropped(x: Tensor, dropout: float, seed: Tensor) -> Tensor:
  if dropout == 0. or int(seed) < 0:
    return x
  return torch.mul(x, __torch__.dropout.mask(x, dropout, seed))

def keep(dropout: float, seed: Tensor) -> float:
  return 1. if int(seed) < 0 else 1. - dropout

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  t = torch.mm(__torch__.lora.dropped(x, dropout, seed), p[0].t())
  k = __torch__.lora.keep(dropout, seed)
  at = 0
  for i in range(len(ranks)):
    y.narrow(1, starts[i], ends[i] - starts[i]).addmm_(t.narrow(1, at, ranks[i]), p[i + 1].t(), alpha=scaling[i] / k)
    at = at + ranks[i]
  return (y, [t])

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tensor:
  t = saved[0]
  gx = __torch__.linear.input_gradient(gy, w)
  gt = torch.empty_like(t)
  k = __torch__.lora.keep(dropout, seed)
  at = 0
  for i in range(len(ranks)):
    gyi = gy.narrow(1, starts[i], ends[i] - starts[i])
    gti = torch.mm(gyi, p[i + 1]).mul_(scaling[i] / k)
    gt.narrow(1, at, ranks[i]).copy_(gti)
    g[i + 1].add_(torch.mm(gyi.t(), t.narrow(1, at, ranks[i])), alpha=scaling[i] / k)
    at = at + ranks[i]
  if dropout == 0. or int(seed) < 0:
    g[0].add_(torch.mm(gt.t(), x))
    return gx.addmm_(gt, p[0])
  mask = __torch__.dropout.mask(x, dropout, seed)
  g[0].add_(torch.mm(gt.t(), torch.mul(x, mask)))
  return gx.add_(torch.mm(gt, p[0]).mul_(mask))
