# LoRA at the token embedding: x += scaling * A[:, ids]^T B^T
# Shapes: x, gx [N, D]   ids [N]   p = [A [r, V], B [D, r]]     N tokens, V vocabulary, D hidden size, r rank

def forward(x: Tensor, ids: Tensor, p: List[Tensor], scaling: float) -> Tensor:
  return x.addmm_(p[0].t().index_select(0, ids), p[1].t(), alpha=scaling)

def backward(gx: Tensor, ids: Tensor, p: List[Tensor], g: List[Tensor], scaling: float) -> Tensor:
  t = p[0].t().index_select(0, ids)
  gt = torch.mm(gx, p[1]).mul_(scaling).to(ops.prim.dtype(g[0]))
  g[0].t().index_add_(0, ids, gt)
  return g[1].add_(torch.mm(gx.t(), t), alpha=scaling)

def merge(w: List[Tensor], p: List[Tensor], scaling: float) -> List[Tensor]:
  # W [V, D] += scaling (B A)^T, in place
  merged = w[0].addmm_(p[0].t(), p[1].t(), alpha=scaling)
  return w
