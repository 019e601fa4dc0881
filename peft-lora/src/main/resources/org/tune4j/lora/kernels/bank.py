# Several LoRA adapters at a linear group at once: y = x W^T + b, and for each layer i of the group, in its columns,
#   y_i += (m * x A_i^T) B_i    with m [n, c] = weights [n, owners_i [c]]
# A_i holds the A of all adapters of the layer one below the other, B_i their scaled, transposed B likewise; owners_i says for each of
# these rows whose it is. So a token takes of each adapter as much as its row of weights says: several, one, or none.
# Shapes: x [N, I]   y [N, O]   p = [weights [N or 1, adapters], A_1 [R_1, I], B_1 [R_1, O_1], owners_1 [R_1], A_2, ...]
# A product of what has no weight is left out, not multiplied by 0: another text's adapter may overflow.

def weighted(t: Tensor, weights: Tensor, owners: Tensor) -> Tensor:
  m = torch.index_select(weights, 1, owners)
  return torch.masked_fill(torch.mul(t, m), torch.eq(m, 0), 0).to(ops.prim.dtype(t))

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  for i in range(len(starts)):
    a = p[3 * i + 1]
    if a.size(0) > 0:
      t = __torch__.bank.weighted(torch.mm(x, a.t()), p[0], p[3 * i + 3])
      yi = y.narrow(1, starts[i], ends[i] - starts[i]).addmm_(t, p[3 * i + 2])
  return (y, annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], seed: Tensor) -> Tensor:
  gx = __torch__.linear.input_gradient(gy, w)
  for i in range(len(starts)):
    a = p[3 * i + 1]
    if a.size(0) > 0:
      gt = torch.mm(gy.narrow(1, starts[i], ends[i] - starts[i]), p[3 * i + 2].t())
      added = gx.addmm_(__torch__.bank.weighted(gt, p[0], p[3 * i + 3]), a)
  return gx
