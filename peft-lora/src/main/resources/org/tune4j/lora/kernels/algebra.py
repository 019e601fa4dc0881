# The algebra of low-rank updates D = B A, in fp64. Singular values and norms of D are those of a matrix of rank size:
# with B = Qb Rb and A^T = Qa Ra, D = Qb (Rb Ra^T) Qa^T. What is combined entry by entry is so as in PEFT 0.21 (merge_utils.py).
# Shapes: B [O, R], A [R, I], D [O, I], singular values [K]

def triangles(b: Tensor, a: Tensor) -> Tensor:
  # Rb Ra^T, which has the singular values of D
  (qb, rb) = torch.linalg_qr(b)
  (qa, ra) = torch.linalg_qr(a.t())
  return torch.mm(rb, ra.t())

def spectrum(b: Tensor, a: Tensor) -> Tensor:
  return torch.linalg_svdvals(__torch__.algebra.triangles(b, a))

def norm(b: Tensor, a: Tensor) -> Tensor:
  return torch.norm(__torch__.algebra.triangles(b, a)).reshape([1])

def distance(b: Tensor, a: Tensor, other_b: Tensor, other_a: Tensor) -> Tensor:
  # the norm of D - D'
  return __torch__.algebra.norm(torch.cat([b, torch.neg(other_b)], 1), torch.cat([a, other_a], 0))

def inner(b: Tensor, a: Tensor, other_b: Tensor, other_a: Tensor) -> Tensor:
  # the sum of D D' over all entries
  return torch.sum(torch.mul(torch.mm(b.t(), other_b), torch.mm(a, other_a.t()))).reshape([1])

def directions(b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  # U, S, V^T of D
  (qb, rb) = torch.linalg_qr(b)
  (qa, ra) = torch.linalg_qr(a.t())
  (u, s, v) = torch.linalg_svd(torch.mm(rb, ra.t()), False)
  return (torch.mm(qb, u), s, torch.mm(v, qa.t()))

def spans(b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor]:
  # orthonormal bases of D's columns [O, K] and rows [I, K], K the rank that D has beyond fp32's rounding
  (u, s, v) = __torch__.algebra.directions(b, a)
  least = float(s[0]) * float(max(b.size(0), a.size(1))) * 1.1920929e-07
  k = int(torch.sum(torch.gt(s, least)))
  return (u.narrow(1, 0, k), v.narrow(0, 0, k).t())

def overlap(u: Tensor, other: Tensor) -> Tensor:
  # of two orthonormal bases [N, K] and [N, L]: the mean squared cosine of the angles between what they span
  shared = torch.sum(torch.square(torch.mm(u.t(), other)))
  return torch.div(shared, float(min(u.size(1), other.size(1)))).reshape([1])

def conflicts(b: Tensor, a: Tensor, other_b: Tensor, other_a: Tensor, rows: Tensor) -> Tensor:
  # among these rows of D and D': entries of opposite signs, entries that neither has as 0
  d = torch.mm(b.index_select(0, rows), a)
  e = torch.mm(other_b.index_select(0, rows), other_a)
  p = torch.mul(torch.sign(d), torch.sign(e))
  return torch.stack([torch.sum(torch.lt(p, 0)), torch.sum(torch.ne(p, 0))])

def largest(x: Tensor, density: float) -> Tensor:
  # the share of the entries that are largest by magnitude; the others become 0
  kept = int(density * x.numel())
  (values, places) = torch.topk(torch.abs(x).reshape([-1]), kept)
  mask = torch.zeros([x.numel()], dtype=7).index_fill_(0, places, 1)
  return torch.mul(x, mask.view(x.size()))

def mask(rows: int, columns: int, density: float, seed: Tensor) -> Tensor:
  # 1 with the probability density, else 0: a 53-bit number of SplitMix64 for each entry, in row order
  draws = __torch__.dropout.draws(rows * columns, seed).bitwise_right_shift_(11).bitwise_and_(9007199254740991)
  uniform = draws.to(7).mul_(1.1102230246251565e-16)
  return torch.lt(uniform, density).to(7).view([rows, columns])

def pruned(xs: List[Tensor], by: str, density: float, seeds: Tensor) -> List[Tensor]:
  result = annotate(List[Tensor], [])
  for i in range(len(xs)):
    x = xs[i]
    if by == "magnitude":
      x = __torch__.algebra.largest(x, density)
    if by == "random":
      drawn = __torch__.algebra.mask(x.size(0), x.size(1), density, seeds.narrow(0, i, 1))
      x = torch.div(torch.mul(x, drawn), density)
    result.append(x)
  return result

def weighted(xs: List[Tensor], weights: Tensor) -> Tensor:
  total = torch.zeros_like(xs[0])
  for i in range(len(xs)):
    total.add_(xs[i], alpha=float(weights[i]))
  return total

def elected(xs: List[Tensor], weights: Tensor, frequency: bool) -> Tensor:
  # TIES: each entry is the mean of those that have its majority's sign
  votes = torch.zeros_like(xs[0])
  for x in xs:
    votes.add_(torch.sign(x) if frequency else x)
  majority = torch.sub(torch.mul(torch.ge(votes, 0).to(7), 2), 1)
  total = torch.zeros_like(votes)
  count = torch.zeros_like(votes)
  for i in range(len(xs)):
    agrees = torch.eq(torch.sign(xs[i]), majority).to(7)
    total.add_(torch.mul(xs[i], agrees), alpha=float(weights[i]))
    count.add_(agrees)
  return total.div_(count.clamp_(min=1))

def merged(xs: List[Tensor], weights: Tensor, by: str, density: Tensor, sign: str, seeds: Tensor) -> Tensor:
  kept = xs
  if float(density) < 1:
    kept = __torch__.algebra.pruned(xs, by, float(density), seeds)
  if sign == "none":
    return __torch__.algebra.weighted(kept, weights)
  return __torch__.algebra.elected(kept, weights, sign == "frequency")

def products(bs: List[Tensor], all_a: List[Tensor], scalings: Tensor) -> List[Tensor]:
  result = annotate(List[Tensor], [])
  for i in range(len(bs)):
    result.append(torch.mm(bs[i], all_a[i]).mul_(float(scalings[i])))
  return result

def leading(d: Tensor, rank: int) -> Tuple[Tensor, Tensor, Tensor]:
  # the largest singular values of a whole matrix and what belongs to them, U, S, V^T, by the eigenvectors U of D D^T: D's
  # part in what they span is as near to D as an SVD's to fp64's rounding, in two thirds of the time
  wide = d if d.size(0) <= d.size(1) else d.t()
  (squares, all_u) = torch.linalg_eigh(torch.mm(wide, wide.t()))
  u = torch.flip(all_u.narrow(1, wide.size(0) - rank, rank), [1])
  part = torch.mm(u.t(), wide)
  s = torch.sqrt(torch.sum(torch.square(part), [1]))
  v = torch.div(part, torch.clamp(s, min=1e-300).unsqueeze(1))
  return (u, s, v) if d.size(0) <= d.size(1) else (v.t(), s, u.t())

def scaled(x: Tensor, factor: Tensor) -> Tensor:
  return torch.mul(x, float(factor))

def truncated(u: Tensor, s: Tensor, v: Tensor, rank: Tensor) -> Tuple[Tensor, Tensor]:
  r = int(rank)
  return (torch.mul(u.narrow(1, 0, r), s.narrow(0, 0, r)), v.narrow(0, 0, r))

def clamped(b: Tensor, a: Tensor, share: Tensor) -> Tuple[Tensor, Tensor]:
  # cut at the quantile of both together, as torch.quantile interpolates, which does not take this many numbers
  (ordered, places) = torch.sort(torch.cat([b.reshape([-1]), a.reshape([-1])]))
  at = float(share) * (ordered.size(0) - 1)
  below = int(at)
  above = min(below + 1, ordered.size(0) - 1)
  high = float(ordered[below]) + (at - below) * (float(ordered[above]) - float(ordered[below]))
  return (torch.clamp(b, -high, high), torch.clamp(a, -high, high))
