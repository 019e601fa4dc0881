# Where PiSSA starts (Meng et al., 2024, eq. 2 and 3): with W = U S V^T, and the largest r singular values,
#   A = sqrt(S / scaling) V^T     B = U sqrt(S / scaling)      A [r, I], B [O, r], W [O, I]

def start(w: Tensor, r: int, scaling: float) -> Tuple[Tensor, Tensor]:
  exact = w.to(7 if ops.prim.dtype(w) == 7 else 6)
  u, s, v = torch.linalg_svd(exact, False)
  root = s.narrow(0, 0, r).div(scaling).sqrt_()
  a = torch.mul(v.narrow(0, 0, r), root.unsqueeze(1))
  b = torch.mul(u.narrow(1, 0, r), root)
  return (a, b)
