# OFT at a linear group (Qiu et al., 2023): each adapted layer i of the group reads x rotated in blocks of its numbers,
#   y_i = W (x + x D_i) + bias     D_i = R_i - 1, block diagonal     R_i = (1 - Q_i) (1 + Q_i)^-1, Q_i = V_i - V_i^T
# With terms above 0, R is the beginning of the series 1 + 2 Q + 2 Q^2 + ... (Cayley-Neumann), its last power once, as PEFT has it.
# Shapes: x [N, I]   y [N, O]   p = [v_1 [n, b (b - 1) / 2], ..., v_L, then derived: D_1 [n, b, b], ..., D_L], these in at least fp32
# v: what stands above the diagonals of V; n blocks, I / b, or 1 for all blocks alike. D is small beside 1, so it is added and
# not multiplied: x keeps its digits.

def upper(b: int, like: Tensor) -> Tensor:
  # places of what stands above the diagonal of [b, b]
  rows, columns = torch.unbind(torch.triu_indices(b, b, 1, dtype=4, device=ops.prim.device(like)))
  return torch.add(torch.mul(rows, b), columns)

def skew(v: Tensor, b: int) -> Tensor:
  q = torch.zeros([v.size(0), b * b], dtype=ops.prim.dtype(v), device=ops.prim.device(v))
  q = q.index_copy_(1, __torch__.oft.upper(b, v), v).view([v.size(0), b, b])
  return torch.sub(q, q.transpose(1, 2))

def identity(q: Tensor) -> Tensor:
  return torch.eye(q.size(1), dtype=ops.prim.dtype(q), device=ops.prim.device(q))

def powers(terms: int) -> int:
  return 1 if terms == 2 else max(terms, 4) - 1

def horner(q: Tensor, terms: int) -> List[Tensor]:
  # H_n, ..., H_0 = D, with H_(k - 1) = c_(k - 1) + H_k Q
  n = __torch__.oft.powers(terms)
  one = __torch__.oft.identity(q)
  h = torch.mul(one, 2. if n == 1 else 1.).expand(q.size())
  all = [h]
  for k in range(1, n):
    h = torch.add(torch.bmm(h, q), one, alpha=2.)
    all.append(h)
  all.append(torch.bmm(h, q))
  return all

def turned(q: Tensor, terms: int) -> Tensor:
  if terms > 0:
    return __torch__.oft.horner(q, terms)[-1]
  return torch.bmm(q, torch.inverse(torch.add(q, __torch__.oft.identity(q)))).mul_(-2.)

def turned_gradient(gd: Tensor, q: Tensor, terms: int) -> Tensor:
  if terms > 0:
    h = __torch__.oft.horner(q, terms)
    gq = torch.zeros_like(q)
    for i in range(2, len(h) + 1):
      gq = gq.add_(torch.bmm(h[len(h) - i].transpose(1, 2), gd))
      gd = torch.bmm(gd, q.transpose(1, 2))
    return gq
  inverse = torch.inverse(torch.add(q, __torch__.oft.identity(q))).transpose(1, 2)
  return torch.bmm(torch.bmm(inverse, gd), inverse).mul_(-2.)

def derive(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], b: int, terms: int) -> List[Tensor]:
  d = annotate(List[Tensor], [])
  for v in p:
    d.append(__torch__.oft.turned(__torch__.oft.skew(v, b), terms))
  return d

def blocks(x: Tensor, d: Tensor) -> Tensor:
  # [n, tokens, b]
  b = d.size(1)
  if d.size(0) == 1:
    return x.reshape([1, -1, b])
  return x.reshape([x.size(0), d.size(0), b]).transpose(0, 1)

def times(x: Tensor, d: Tensor) -> Tensor:
  return torch.bmm(__torch__.oft.blocks(x, d), d.to(ops.prim.dtype(x))).transpose(0, 1).reshape(x.size())

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], b: int, terms: int, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  xs = annotate(List[Tensor], [])
  for i in range(len(starts)):
    xs.append(__torch__.oft.times(x, p[len(starts) + i]).add_(x))
  return (__torch__.other_inputs.forward(x, xs, w, starts, ends), annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], b: int, terms: int, seed: Tensor) -> Tensor:
  gx = __torch__.other_inputs.rest_gradient(gy, x, w, starts, ends)
  for i in range(len(starts)):
    d = p[len(starts) + i]
    gs = __torch__.other_inputs.gradient(gy, w, starts[i], ends[i])
    gd = torch.bmm(__torch__.oft.blocks(x, d).transpose(1, 2), __torch__.oft.blocks(gs, d)).to(ops.prim.dtype(g[i]))
    q = __torch__.oft.skew(p[i].to(ops.prim.dtype(g[i])), b)
    gq = __torch__.oft.turned_gradient(gd, q, terms)
    gv = torch.sub(gq, gq.transpose(1, 2)).view([gq.size(0), b * b]).index_select(1, __torch__.oft.upper(b, gq))
    added = g[i].add_(gv)
    gx = gx.add_(gs).add_(__torch__.oft.times(gs, d.transpose(1, 2)))
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], b: int, terms: int) -> List[Tensor]:
  # W_i R_i^T, in place: W R^T x reads x R as a row
  for i in range(len(starts)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i])
    d = __torch__.oft.turned(__torch__.oft.skew(p[i], b), terms)
    turned = rows.add_(__torch__.oft.times(rows, d.transpose(1, 2)))
  return w
