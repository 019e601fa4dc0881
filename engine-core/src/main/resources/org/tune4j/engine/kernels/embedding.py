# Token embedding: a row of the matrix for each token.
# Shapes: w [V, D]   ids [N]   x, gx [N, D]     V vocabulary, D hidden size, N tokens

def forward(ids: Tensor, w: Tensor) -> Tensor:
  return w.index_select(0, ids)

def add_weight_gradient(gx: Tensor, ids: Tensor, g: Tensor) -> Tensor:
  # g [V, D] is the fp32 sum over micro-batches
  return g.add_(torch.embedding_dense_backward(gx.to(ops.prim.dtype(g)), ids, g.size(0), -1, False))
