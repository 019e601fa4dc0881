# Merging LoRA into a weight, in place.
#   linear:    W [O, I] += scaling * B A        A [r, I], B [O, r]
#   experts:   W_e += scaling * B_e A_e
#   embedding: W [V, D] += scaling * (B A)^T    A [r, V], B [D, r]

def linear(w: Tensor, a: Tensor, b: Tensor, scaling: float) -> Tensor:
  return w.addmm_(b, a, alpha=scaling)

def embedding(w: Tensor, a: Tensor, b: Tensor, scaling: float) -> Tensor:
  return w.addmm_(a.t(), b.t(), alpha=scaling)

def experts(w: Tensor, a: Tensor, b: Tensor, r: int, scaling: float) -> Tensor:
  # of all experts, one below the other: A [E r, I], B [O, r E] as in lora_experts.py
  e = a.size(0) // r
  lower = a.view([e, r, a.size(1)])
  upper = b.view([b.size(0), r, e]).permute([2, 0, 1])
  w.view([e, b.size(0), a.size(1)]).baddbmm_(upper, lower, alpha=scaling)
  return w
