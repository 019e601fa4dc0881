# Experts: gated feed-forward parts, each for the tokens that were given to it.
#   y[n] = sum over c of weights[n, c] * down(act(gate) * up) of expert ids[n, c]
# Shapes: x, y [N, D]   ids, weights [N, C]   w_in [E 2F, D] (gate and up of expert 0, of expert 1, ...)   w_out [E D, F]
#   u [N C, 2F]     N tokens, D hidden size, C experts a token, E experts, F an expert's inner size
# Choices are sorted by expert, so that each expert is two products over its own tokens and the cost is that of the
# experts that are chosen. What comes back is put in order again and summed: no order of addition depends on threads.

def sorted_choices(ids: Tensor) -> Tensor:
  # choices n C + c, those of expert 0 first
  return torch.sort(ids.reshape([-1]), stable=True, dim=0)[1]

def counts(ids: Tensor, experts: int) -> List[int]:
  return annotate(List[int], torch.bincount(ids.reshape([-1]), minlength=experts).tolist())

def places(order: Tensor) -> Tensor:
  # where each choice stands in order
  at = torch.arange(0, order.size(0), dtype=4, device=ops.prim.device(order))
  return torch.empty_like(order).scatter_(0, order, at)

def products(x: Tensor, w: Tensor, counts: List[int], transposed: bool) -> Tensor:
  # rows of x, sorted by expert, times each expert's rows of w: w^T, or w itself
  rows = w.size(0) // len(counts)
  y = torch.empty([x.size(0), rows if transposed else w.size(1)], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      we = w.narrow(0, e * rows, rows)
      torch.mm(x.narrow(0, start, n), we.t() if transposed else we, out=y.narrow(0, start, n))
    start = start + n
  return y

def add_products(gy: Tensor, x: Tensor, g: Tensor, counts: List[int]) -> Tensor:
  # g [E rows, columns]: of each expert, gy^T x over its own rows
  rows = g.size(0) // len(counts)
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      p = torch.mm(gy.narrow(0, start, n).t(), x.narrow(0, start, n))
      g.narrow(0, e * rows, rows).add_(p)
    start = start + n
  return g

def forward(x: Tensor, ids: Tensor, weights: Tensor, w_in: Tensor, w_out: Tensor, experts: int, kind: str) -> Tuple[Tensor, Tensor]:
  n = x.size(0)
  c = ids.size(1)
  order = __torch__.experts.sorted_choices(ids)
  tokens = __torch__.experts.counts(ids, experts)
  u = __torch__.experts.products(x.index_select(0, torch.floor_divide(order, c)), w_in, tokens, True)
  d = __torch__.experts.products(__torch__.mlp.gated_forward(u, kind), w_out, tokens, True)
  each = d.index_select(0, __torch__.experts.places(order)).view([n, c, x.size(1)])
  y = torch.bmm(weights.to(ops.prim.dtype(x)).unsqueeze(1), each).squeeze(1)
  return (y, u)

def backward(gy: Tensor, x: Tensor, ids: Tensor, weights: Tensor, u: Tensor, w_in: Tensor, w_out: Tensor, experts: int, kind: str, g_in: List[Tensor], g_out: List[Tensor]) -> Tuple[Tensor, Tensor]:
  # -> gradients of x and of weights; g_in, g_out: where those of w_in and w_out are added, or empty
  n = x.size(0)
  c = ids.size(1)
  order = __torch__.experts.sorted_choices(ids)
  back = __torch__.experts.places(order)
  tokens = __torch__.experts.counts(ids, experts)
  token = torch.floor_divide(order, c)
  g = gy.index_select(0, token)
  w = weights.reshape([-1, 1]).index_select(0, order).to(ops.prim.dtype(x))
  m = __torch__.mlp.gated_forward(u, kind)
  gm = __torch__.experts.products(g, w_out, tokens, False)
  # What an expert gave, times its gradient, is its inner vector times that vector's gradient.
  gw = torch.sum(torch.mul(gm, m), [-1], dtype=ops.prim.dtype(weights)).index_select(0, back).view([n, c])
  if len(g_out) > 0:
    done = __torch__.experts.add_products(torch.mul(g, w), m, g_out[0], tokens)
  gu = __torch__.mlp.gated_backward(gm.mul_(w), u, kind)
  if len(g_in) > 0:
    done2 = __torch__.experts.add_products(gu, x.index_select(0, token), g_in[0], tokens)
  gx = __torch__.experts.products(gu, w_in, tokens, False)
  return (gx.index_select(0, back).view([n, c, x.size(1)]).sum([1]), gw)
