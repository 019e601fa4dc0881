# Learned rows of the output layer, for some tokens in place of those that it has.
# Shapes: x [N, D]   y [N, V]   p = [rows [K, D]]   tokens: their K ids, in the order of the rows

def ids(tokens: List[int], like: Tensor) -> Tensor:
  return torch.tensor(tokens, dtype=4, device=ops.prim.device(like))

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], tokens: List[int], seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  z = torch.mm(x, p[0].t())
  wanted = __torch__.token_scores.ids(tokens, x)
  b = __torch__.linear.bias(w)
  if len(b) > 0:
    z = z.add_(b[0].index_select(0, wanted))
  return (y.index_copy_(1, wanted, z), annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], tokens: List[int], seed: Tensor) -> Tensor:
  wanted = __torch__.token_scores.ids(tokens, x)
  gz = gy.index_select(1, wanted)
  added = g[0].add_(torch.mm(gz.t(), x))
  gx = __torch__.linear.input_gradient(gy, w)
  # The rows that are learned stand where W's stood.
  return gx.addmm_(gz, torch.sub(p[0], w[0].index_select(0, wanted)))

def merge(w: List[Tensor], p: List[Tensor], tokens: List[int]) -> List[Tensor]:
  return __torch__.token_rows.merge(w, p, tokens)
