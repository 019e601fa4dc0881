# Experts: gated feed-forward parts, each for the tokens that were given to it.
#   y[n] = sum over c of weights[n, c] * down(act(gate) * up) of expert ids[n, c]
# Shapes: x, y [N, D]   ids, weights [N, C]   w_in of [E 2F, D] (gate and up of expert 0, of expert 1, ...), w_out of [E D, F]: as in linear.py
#   u [N C, 2F]     N tokens, D hidden size, C experts a token, E experts, F an expert's inner size
# Choices are sorted by expert, so that each expert is two products over its own tokens and the cost is that of the
# experts that are chosen. What comes back is put in order again and summed: no order of addition depends on threads.

def order(ids: Tensor) -> Tensor:
  # choices n C + c, those of expert 0 first
  return torch.sort(ids.reshape([-1]), stable=True, dim=0)[1]

def counts(ids: Tensor, experts: int) -> List[int]:
  return annotate(List[int], torch.bincount(ids.reshape([-1]), minlength=experts).tolist())

def given(x: Tensor, order: Tensor, ids: Tensor) -> Tensor:
  # [N C, D] each choice's token
  return x.index_select(0, torch.floor_divide(order, ids.size(1)))

def back(y: Tensor, order: Tensor, ids: Tensor) -> Tensor:
  # [N C, ...] sorted -> [N, C, ...]
  at = torch.arange(0, order.size(0), dtype=4, device=ops.prim.device(order))
  places = torch.empty_like(order).scatter_(0, order, at)
  return y.index_select(0, places).unflatten(0, [ids.size(0), ids.size(1)])

def products(x: Tensor, w: List[Tensor], counts: List[int], transposed: bool) -> Tensor:
  # rows of x, sorted by expert, times each expert's rows of W: W^T, or W itself
  rows = __torch__.linear.outputs(w) // len(counts)
  columns = rows if transposed else __torch__.linear.inputs(w)
  y = torch.empty([x.size(0), columns], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      xe = x.narrow(0, start, n)
      if transposed:
        ye = __torch__.linear.rows_forward(xe, w, e * rows, rows)
      else:
        ye = __torch__.linear.rows_input_gradient(xe, w, e * rows, rows)
      y.narrow(0, start, n).copy_(ye)
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

def gathered(d: Tensor, order: Tensor, ids: Tensor, weights: Tensor) -> Tensor:
  # what the experts gave [N C, D] -> y
  each = __torch__.experts.back(d, order, ids)
  return torch.bmm(weights.to(ops.prim.dtype(d)).unsqueeze(1), each).squeeze(1)

def weighted(g: Tensor, order: Tensor, weights: Tensor) -> Tensor:
  return torch.mul(g, weights.reshape([-1, 1]).index_select(0, order).to(ops.prim.dtype(g)))

def weights_gradient(gm: Tensor, m: Tensor, order: Tensor, ids: Tensor, weights: Tensor) -> Tensor:
  # gm: the gradient of m before it is weighted. What an expert gave, times its gradient, is m times that of m.
  return __torch__.experts.back(torch.sum(torch.mul(gm, m), [-1], dtype=ops.prim.dtype(weights)), order, ids)

def input_gradient(gx: Tensor, order: Tensor, ids: Tensor) -> Tensor:
  return __torch__.experts.back(gx, order, ids).sum([1])
