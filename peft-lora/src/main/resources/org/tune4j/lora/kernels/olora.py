# Where OLoRA starts (Bueyuekakyuez, 2024, section 3.2): with W = Q R, A the first r rows of R, B the first r columns of Q.
#   A [r, I], B [O, r], W [O, I]

def start(w: Tensor, r: int, scaling: float) -> Tuple[Tensor, Tensor]:
  exact = w.to(7 if ops.prim.dtype(w) == 7 else 6)
  q, upper = torch.linalg_qr(exact)
  return (upper.narrow(0, 0, r).contiguous(), q.narrow(1, 0, r).contiguous())
