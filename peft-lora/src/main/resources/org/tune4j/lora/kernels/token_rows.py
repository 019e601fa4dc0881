# Learned rows of the embedding, for some tokens in place of those that it has.
# Shapes: x, gx [N, D]   ids [N]   p = [rows [K, D]]   tokens: their K ids, in the order of the rows

def places(ids: Tensor, tokens: List[int]) -> Tuple[Tensor, Tensor]:
  # of each token the learned row [N], and whether it has one [N, 1]
  wanted = torch.tensor(tokens, dtype=4, device=ops.prim.device(ids))
  values, order = torch.sort(wanted)
  at = torch.searchsorted(values, ids).clamp_(0, len(tokens) - 1)
  return (order.index_select(0, at), torch.eq(values.index_select(0, at), ids).unsqueeze(1))

def forward(x: Tensor, ids: Tensor, p: List[Tensor], tokens: List[int]) -> Tensor:
  row, learned = __torch__.token_rows.places(ids, tokens)
  return x.copy_(torch.where(learned, p[0].index_select(0, row), x))

def backward(gx: Tensor, ids: Tensor, p: List[Tensor], g: List[Tensor], tokens: List[int]) -> Tensor:
  row, learned = __torch__.token_rows.places(ids, tokens)
  return g[0].index_add_(0, row, torch.mul(gx, learned).to(ops.prim.dtype(g[0])))

def merge(w: List[Tensor], p: List[Tensor], tokens: List[int]) -> List[Tensor]:
  merged = w[0].index_copy_(0, torch.tensor(tokens, dtype=4, device=ops.prim.device(w[0])), p[0])
  return w
