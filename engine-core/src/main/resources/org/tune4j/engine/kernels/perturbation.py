# What is added to the vectors of a text's words so that its loss rises fastest.
# Shapes: g [N, D] the gradient of the loss by them   document [N]     N tokens, D hidden size

def along(g: Tensor, document: Tensor, documents: int, epsilon: float) -> Tensor:
  # epsilon g / |g|, |g| the Euclidean norm over all tokens of a document (Miyato et al., 2017, eq. 5)
  exact = g.to(7)
  squares = torch.zeros([documents], dtype=7, device=ops.prim.device(g))
  sums = squares.index_add(0, document, exact.square().sum([1]))
  # Of a document from which nothing is learned the gradient is 0, and so is what is added.
  factors = sums.clamp_min(1e-300).rsqrt().mul(epsilon)
  moved = exact.mul(factors.index_select(0, document).unsqueeze(1))
  # Nor is anything where the gradient is not finite: the trained weights' gradients show that, and not a loss of no number.
  finite = torch.isfinite(sums).index_select(0, document).unsqueeze(1)
  return torch.where(finite, moved, torch.zeros_like(moved)).to(ops.prim.dtype(g))
