# (IA)^3 at a linear group (Liu et al., 2022): learned vectors l scale what adapted layers give, their bias included, or,
# of feed-forward layers, what they read:
#   y_i = l_i (W_i x + b_i)     feedforward: y_i = W_i (l_i x) + b_i
# Shapes: x [N, I]   y [N, O]   p = [l_1, l_2, ...], [O_i, 1] each, feedforward [1, I]   u [N, sum of O_i that are not]
# starts, ends: the columns of each adapted layer; feedforward: whether it is a feed-forward layer. saved = [u], what is scaled.

def alone(w: List[Tensor], starts: List[int], ends: List[int], feedforward: List[bool]) -> bool:
  # whether the group is one feed-forward layer
  return feedforward[0] and ends[0] - starts[0] == __torch__.linear.outputs(w)

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], feedforward: List[bool], seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  if __torch__.ia3.alone(w, starts, ends, feedforward):
    return (__torch__.linear.forward(torch.mul(x, p[0]), w), annotate(List[Tensor], []))
  y = __torch__.linear.forward(x, w)
  total = 0
  for i in range(len(feedforward)):
    total = total + (0 if feedforward[i] else ends[i] - starts[i])
  u = torch.empty([x.size(0), total], dtype=ops.prim.dtype(y), device=ops.prim.device(y))
  at = 0
  for i in range(len(feedforward)):
    count = ends[i] - starts[i]
    yi = y.narrow(1, starts[i], count)
    if feedforward[i]:
      scaled = yi.add_(__torch__.linear.rows_forward(torch.mul(x, torch.sub(p[i], 1.)), w, starts[i], count))
    else:
      kept = u.narrow(1, at, count).copy_(yi)
      scaled = yi.mul_(p[i].view([-1]))
      at = at + count
  return (y, [u] if total > 0 else annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], feedforward: List[bool], seed: Tensor) -> Tensor:
  if __torch__.ia3.alone(w, starts, ends, feedforward):
    gs = __torch__.linear.input_gradient(gy, w)
    added = g[0].add_(torch.sum(torch.mul(gs, x), [0], True, dtype=ops.prim.dtype(g[0])))
    return gs.mul_(p[0])
  gu = gy.clone()
  at = 0
  for i in range(len(feedforward)):
    if not feedforward[i]:
      count = ends[i] - starts[i]
      gui = gu.narrow(1, starts[i], count)
      sums = torch.sum(gui.mul_(saved[0].narrow(1, at, count)), [0], dtype=ops.prim.dtype(g[i]))
      added = g[i].add_(sums.unsqueeze(1))
      scaled = gui.copy_(gy.narrow(1, starts[i], count)).mul_(p[i].view([-1]))
      at = at + count
  gx = __torch__.linear.input_gradient(gu, w)
  for i in range(len(feedforward)):
    if feedforward[i]:
      count = ends[i] - starts[i]
      gs = __torch__.linear.rows_input_gradient(gy.narrow(1, starts[i], count), w, starts[i], count)
      added = g[i].add_(torch.sum(torch.mul(gs, x), [0], True, dtype=ops.prim.dtype(g[i])))
      gx = gx.add_(gs.mul_(torch.sub(p[i], 1.)))
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], feedforward: List[bool]) -> List[Tensor]:
  # in place
  for i in range(len(feedforward)):
    count = ends[i] - starts[i]
    rows = w[0].narrow(0, starts[i], count).mul_(p[i])
    if len(w) > 1 and not feedforward[i]:
      bias = w[1].narrow(0, starts[i], count).mul_(p[i].view([-1]))
  return w
