# DoRA at a linear group (Liu et al., 2024): each adapted layer i of the group computes with
#   W' = k (W + s B A)     k = m / n     n = ||W + s B A||, of each row
# n has no gradient (section 4.3), so it is a constant between two updates. As in PEFT, dropout leaves W x alone:
#   y = W x + b + (k - 1) u + s B A d     u = W d + s B A d, with d = dropout(x)
# A row of zeros has no direction: its k is 1, so that it gives zeros and B can change it.
# Shapes: as in lora.py; p = [A, B_1, ..., B_L, m_1 [O_1], ..., m_L, then derived: k_1, ..., k_L, n_1, ..., n_L], these in at least fp32
# saved = [t, with dropout the mask [N, I], u of all adapted layers [N, sum of O_i]]

def norms(w: List[Tensor], a: Tensor, b: Tensor, start: int, scaling: float) -> Tensor:
  # [O_i], in strips of about a million numbers
  n = torch.empty([b.size(0)], dtype=ops.prim.dtype(b), device=ops.prim.device(b))
  strip = max(1, 1048576 // a.size(1))
  done = 0
  while done < b.size(0):
    c = min(strip, b.size(0) - done)
    v = torch.addmm(__torch__.linear.rows(w, start + done, c, ops.prim.dtype(b)), b.narrow(0, done, c), a, alpha=scaling)
    strip_norms = n.narrow(0, done, c).copy_(torch.linalg_vector_norm(v, 2., [1]))
    done = done + c
  return n

def all_norms(w: List[Tensor], p: List[Tensor], starts: List[int], ranks: List[int], scaling: List[float]) -> List[Tensor]:
  all = annotate(List[Tensor], [])
  at = 0
  for i in range(len(ranks)):
    all.append(__torch__.dora.norms(w, p[0].narrow(0, at, ranks[i]), p[i + 1], starts[i], scaling[i]))
    at = at + ranks[i]
  return all

def quotient(sums: Tensor, n: Tensor) -> Tensor:
  # 0 for a row of zeros, whose u is 0
  return torch.where(torch.eq(n, 0.), torch.zeros_like(n), torch.div(sums, n))

def factors(m: Tensor, n: Tensor) -> Tensor:
  return torch.where(torch.eq(n, 0.), torch.ones_like(n), torch.div(m, n))

def derive(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float) -> List[Tensor]:
  n = __torch__.dora.all_norms(w, p, starts, ranks, scaling)
  k = annotate(List[Tensor], [])
  for i in range(len(n)):
    k.append(__torch__.dora.factors(p[1 + len(n) + i], n[i]))
  return k + n

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y, saved = __torch__.lora.forward(x, w, p, starts, ends, ranks, scaling, dropout, seed)
  drops = dropout > 0. and int(seed) >= 0
  kept = 1. - dropout if drops else 1.
  d = torch.mul(x, saved[1]).div_(kept) if drops else x
  b = __torch__.linear.bias(w)
  total = 0
  for i in range(len(ranks)):
    total = total + ends[i] - starts[i]
  us = torch.empty([x.size(0), total], dtype=ops.prim.dtype(y), device=ops.prim.device(y))
  at = 0
  rank = 0
  for i in range(len(ranks)):
    count = ends[i] - starts[i]
    yi = y.narrow(1, starts[i], count)
    u = us.narrow(1, at, count)
    if drops:
      u = u.copy_(__torch__.linear.rows_forward(d, w, starts[i], count))
      u = u.addmm_(saved[0].narrow(1, rank, ranks[i]), p[i + 1].t(), alpha=scaling[i] / kept)
    elif len(b) > 0:
      u = u.copy_(yi).sub_(b[0].narrow(0, starts[i], count))
    else:
      u = u.copy_(yi)
    beyond = torch.sub(p[1 + 2 * len(ranks) + i], 1.).to(ops.prim.dtype(y))
    scaled = yi.addcmul_(u, beyond)
    at = at + count
    rank = rank + ranks[i]
  return (y, [saved[0], saved[1], us] if dropout > 0. else [saved[0], us])

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float, seed: Tensor) -> Tensor:
  layers = len(ranks)
  u = saved[-1]
  gk = gy.clone()
  at = 0
  for i in range(layers):
    count = ends[i] - starts[i]
    gm = g[1 + layers + i]
    gki = gk.narrow(1, starts[i], count)
    sums = torch.sum(gki.mul_(u.narrow(1, at, count)), [0], dtype=ops.prim.dtype(gm))
    added = gm.add_(__torch__.dora.quotient(sums, p[1 + 3 * layers + i]))
    scaled = gki.copy_(gy.narrow(1, starts[i], count)).mul_(p[1 + 2 * layers + i])
    at = at + count
  gx = __torch__.lora.backward(gk, x, w, p, g, saved, starts, ends, ranks, scaling, dropout, seed)
  if dropout > 0. and int(seed) >= 0:
    # Of k gy, what is beyond gy comes by way of d.
    beyond = __torch__.linear.input_gradient(torch.sub(gk, gy), w)
    gx = gx.add_(beyond.mul_(torch.sub(torch.div(saved[1], 1. - dropout), 1.)))
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], ranks: List[int], scaling: List[float], dropout: float) -> List[Tensor]:
  n = __torch__.dora.all_norms(w, p, starts, ranks, scaling)
  merged = __torch__.lora.merge(w, p, starts, ends, ranks, scaling, dropout)
  for i in range(len(n)):
    k = __torch__.dora.factors(p[1 + len(n) + i], n[i])
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i]).mul_(k.unsqueeze(1))
  return w
