# Gradients of answers, once it is known what each token's log-probability counts.
# Shapes: g [N, H] gradient of the hidden vectors   c [N] what each row is multiplied with

def scale_rows(g: Tensor, c: Tensor) -> Tensor:
  d = 7 if ops.prim.dtype(g) == 7 else 6
  return g.mul_(c.to(d).unsqueeze(1))
