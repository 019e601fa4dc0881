# A number of each token's vector: what the state behind it is worth.
# Shapes: h, gh [N, H]   rows int64, v, g [C]   w, gw [1, H]   b, gb [1]     N tokens, H hidden, C tokens that are asked for

def forward(h: Tensor, rows: Tensor, w: Tensor, b: Tensor) -> Tensor:
  x = h.index_select(0, rows).to(ops.prim.dtype(w))
  return torch.addmm(b, x, w.t()).squeeze(1)

def backward(g: Tensor, h: Tensor, rows: Tensor, w: Tensor, gh: Tensor, gw: Tensor, gb: Tensor) -> Tensor:
  # adds to gh, gw and gb
  d = ops.prim.dtype(w)
  x = h.index_select(0, rows).to(d)
  each = g.to(d).unsqueeze(1)
  gw.add_(torch.mm(each.t(), x).to(ops.prim.dtype(gw)))
  gb.add_(each.sum().to(ops.prim.dtype(gb)))
  return gh.index_add_(0, rows, torch.mm(each, w).to(ops.prim.dtype(gh)))
