# Merging LoRA into a weight, in place.
#   linear:    W [O, I] += scaling * B A        A [r, I], B [O, r]
#   embedding: W [V, D] += scaling * (B A)^T    A [r, V], B [D, r]

def linear(w: Tensor, a: Tensor, b: Tensor, scaling: float) -> Tensor:
  return w.addmm_(b, a, alpha=scaling)

def embedding(w: Tensor, a: Tensor, b: Tensor, scaling: float) -> Tensor:
  return w.addmm_(a.t(), b.t(), alpha=scaling)
