# Token embedding: a row of the matrix for each token.
# Shapes: w [V, D]   ids [N]   x, gx [N, D]     V vocabulary, D hidden size, N tokens

def forward(ids: Tensor, w: Tensor) -> Tensor:
  return w.index_select(0, ids)

def scaled_(x: Tensor, scale: float) -> Tensor:
  # in place; the factor is rounded to the type of x, as Gemma's is
  return x.mul_(torch.full([1], scale, dtype=ops.prim.dtype(x), device=ops.prim.device(x)))

def add_rows_(x: Tensor, at: Tensor, first: int, table: Tensor) -> Tensor:
  # in place: row first + at[n] of a table for token n
  return x.add_(table.index_select(0, at.add(first)))

def add_weight_gradient(gx: Tensor, ids: Tensor, g: Tensor) -> Tensor:
  # g [V, D] is the sum over micro-batches
  x = gx.to(ops.prim.dtype(g))
  if ops.prim.is_cuda(g):
    # adds in the same order each time
    return g.add_(torch.embedding_dense_backward(x, ids, g.size(0), -1, False))
  if ops.prim.dtype(g) == 6 or ops.prim.dtype(g) == 7:
    return g.index_add_(0, ids, x)
  # a token that occurs often would be rounded as often
  (distinct, place, counts) = torch._unique2(ids, True, True, False)
  sums = torch.zeros([distinct.size(0), x.size(1)], dtype=6, device=ops.prim.device(g)).index_add_(0, place, gx.to(6))
  return g.index_add_(0, distinct, sums.to(ops.prim.dtype(g)))

def place_(x: Tensor, virtual: List[Tensor]) -> Tensor:
  # in place; virtual = [v [P, D], rows [B P]]: learned vectors instead of those of words, the same before each of B documents;
  # or [v [T P, D], rows [B P], which [B P]] where each of T tasks has its own
  if len(virtual) < 2:
    return x
  v = virtual[0].to(ops.prim.dtype(x))
  if len(virtual) > 2:
    return x.index_copy_(0, virtual[1], v.index_select(0, virtual[2]))
  b = virtual[1].size(0) // v.size(0)
  return x.index_copy_(0, virtual[1], v.unsqueeze(0).expand([b, v.size(0), v.size(1)]).reshape([-1, v.size(1)]))

def take_gradient(gx: Tensor, virtual: List[Tensor], gv: Tensor) -> Tensor:
  # Adds the gradient of place_'s vectors to gv, of their shape; words have none where those stand.
  g = gx.index_select(0, virtual[1])
  if len(virtual) > 2:
    added = __torch__.embedding.add_weight_gradient(g, virtual[2], gv)
  else:
    added = gv.add_(g.view([-1, gv.size(0), gv.size(1)]).sum([0], dtype=ops.prim.dtype(gv)))
  return gx.index_fill(0, virtual[1], 0.)

def shift_(x: Tensor, shift: List[Tensor]) -> Tensor:
  # in place; shift = [s [N, D], gs [N, D]], what is added and the sum of its gradients, [0, D] where nobody wants it; anything shorter for none
  if len(shift) < 2:
    return x
  return x.add_(shift[0])

def add_shift_gradient(gx: Tensor, shift: List[Tensor]) -> Tensor:
  if len(shift) < 2 or shift[1].size(0) == 0:
    return gx
  return shift[1].add_(gx)

def swap_products(g: Tensor, rows: Tensor, x: Tensor) -> Tensor:
  # inner products [R, C] of the gradients of some tokens with the vectors x [C, D] that could take their place
  return torch.mm(g.index_select(0, rows), x.to(ops.prim.dtype(g)).t())
