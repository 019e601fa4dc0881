# What AdaLoRA keeps of its triplets (Zhang et al., 2023, section 3.2): row j of A, number j of e, column j of B.
# Lists are [A_1 [r, I], e_1 [r, 1], B_1 [O, r], A_2, ...]; s: sensitivity, u: its uncertainty, of the same shapes.

def keep(copies: List[Tensor], g: List[Tensor], factor: float) -> Tensor:
  for i in range(len(g)):
    copied = torch.mul(g[i], factor, out=copies[i])
  return copies[0]

def learn(w: List[Tensor], g: List[Tensor], s: List[Tensor], u: List[Tensor], beta1: float, beta2: float) -> Tensor:
  # exponential averages of |w g|, and of how far that is from its own average
  for i in range(len(w)):
    now = torch.mul(w[i], g[i]).abs_()
    average = s[i].mul_(beta1).add_(now, alpha=1. - beta1)
    spread = u[i].mul_(beta2).add_(torch.sub(now, average).abs_(), alpha=1. - beta2)
  return s[0]

def importance(s: List[Tensor], u: List[Tensor], i: int) -> Tensor:
  a = torch.mul(s[3 * i], u[3 * i]).mean([1])
  b = torch.mul(s[3 * i + 2], u[3 * i + 2]).mean([0])
  return torch.add(torch.mul(s[3 * i + 1], u[3 * i + 1]).view([-1]), torch.add(a, b))

def allocate(kept: Tensor, s: List[Tensor], u: List[Tensor], cut: int) -> Tensor:
  # kept [sum of r]: 0 for the least important ones, cut of them and those that are no more important, and 1 for the others
  all = annotate(List[Tensor], [])
  for i in range(len(s) // 3):
    all.append(__torch__.adalora_ranks.importance(s, u, i))
  scores = torch.cat(all)
  return kept.copy_(torch.gt(scores, torch.kthvalue(scores, cut)[0]))

def mask(e: List[Tensor], kept: Tensor) -> Tensor:
  at = 0
  for each in e:
    masked = each.masked_fill_(torch.eq(kept.narrow(0, at, each.size(0)), 0.).unsqueeze(1), 0.)
    at = at + each.size(0)
  return kept

def deviation(p: Tensor, g: Tensor, rows: bool, weight: float) -> Tensor:
  # how far from orthonormal the rows, or the columns, of a matrix are; adds the gradient of that, times weight
  m = torch.mm(p, p.t()) if rows else torch.mm(p.t(), p)
  m = m.sub_(torch.eye(m.size(0), dtype=ops.prim.dtype(m), device=ops.prim.device(m)))
  length = torch.linalg_vector_norm(m)
  factor = torch.div(2. * weight, length.clamp_min(1e-30))
  added = g.add_(torch.mul(torch.mm(m, p) if rows else torch.mm(p, m), factor))
  return length

def penalty(w: List[Tensor], g: List[Tensor], weight: float) -> Tensor:
  # weight times the mean over all A and B, which lie by turns in the lists
  sum = torch.zeros([1], dtype=7)
  each = weight / float(len(w))
  for i in range(len(w)):
    sum = sum.add_(__torch__.adalora_ranks.deviation(w[i], g[i], i % 2 == 0, each).to(ops.prim.device(sum)))
  return sum.mul_(each)
