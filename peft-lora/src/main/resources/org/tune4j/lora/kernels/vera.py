# VeRA at a linear group (Kopiczko et al., 2024): for each adapted layer i, with A and B random, shared by all, and frozen,
#   y_i = W x + bias + b_i (B (d_i (A dropout(x))))
# Shapes: x [N, I]   y [N, O]   p = [d_1 [r], b_1 [O_1], d_2, b_2, ..., A [r, at least I], B [at least O_i, r]]   t [N, r]
# Of A the first I columns are taken, of B the first O_i rows. saved = [t], and with dropout the mask [N, I].

def uniform(rows: int, columns: int, generator: Generator) -> Tensor:
  # as PEFT draws it: Kaiming's bound for ReLU, by columns
  bound = (6. / float(columns)) ** 0.5
  return torch.empty([rows, columns], dtype=6).uniform_(-1. * bound, bound, generator=generator)

def projections(seed: int, r: int, inputs: int, outputs: int) -> Tuple[Tensor, Tensor]:
  generator = torch.Generator(device=torch.device('cpu'), seed=seed)
  a = __torch__.vera.uniform(r, inputs, generator)
  b = __torch__.vera.uniform(outputs, r, generator)
  return (a, b)

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  a = p[-2].narrow(1, 0, x.size(1))
  if dropout > 0. and int(seed) >= 0:
    mask = __torch__.dropout.mask(x, dropout, seed)
    t = torch.mm(torch.mul(x, mask), a.t()).div_(1. - dropout)
    saved = [t, mask]
  else:
    t = torch.mm(x, a.t())
    saved = [t, t]
  for i in range(len(starts)):
    count = ends[i] - starts[i]
    z = torch.mm(torch.mul(t, p[2 * i]), p[-1].narrow(0, 0, count).t())
    yi = y.narrow(1, starts[i], count).add_(z.mul_(p[2 * i + 1]))
  return (y, saved)

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], dropout: float, seed: Tensor) -> Tensor:
  t = saved[0]
  gt = torch.zeros_like(t)
  for i in range(len(starts)):
    count = ends[i] - starts[i]
    gyi = gy.narrow(1, starts[i], count)
    b = p[-1].narrow(0, 0, count)
    gb = torch.mm(gyi.t(), torch.mul(t, p[2 * i])).mul_(b)
    added_b = g[2 * i + 1].add_(torch.sum(gb, [1], dtype=ops.prim.dtype(g[2 * i + 1])))
    gu = torch.mm(torch.mul(gyi, p[2 * i + 1]), b)
    added_d = g[2 * i].add_(torch.sum(torch.mul(gu, t), [0], dtype=ops.prim.dtype(g[2 * i])))
    gt = gt.addcmul_(gu, p[2 * i])
  gx = __torch__.linear.input_gradient(gy, w)
  a = p[-2].narrow(1, 0, x.size(1))
  if dropout > 0. and int(seed) >= 0:
    return gx.add_(torch.mm(gt, a).mul_(saved[1]).div_(1. - dropout))
  return gx.addmm_(gt, a)

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], dropout: float) -> List[Tensor]:
  # W_i += (b_i B) (d_i A), in place
  a = p[-2].narrow(1, 0, w[0].size(1))
  for i in range(len(starts)):
    count = ends[i] - starts[i]
    b = torch.mul(p[-1].narrow(0, 0, count), p[2 * i + 1].unsqueeze(1))
    rows = w[0].narrow(0, starts[i], count).addmm_(b, torch.mul(a, p[2 * i].unsqueeze(1)))
  return w
