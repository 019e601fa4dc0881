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
  # g [V, D] is the fp32 sum over micro-batches
  return g.add_(torch.embedding_dense_backward(gx.to(ops.prim.dtype(g)), ids, g.size(0), -1, False))
