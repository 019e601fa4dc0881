# Dropout whose mask is a function of a seed: backward draws the same mask again instead of keeping it.
# Shapes: x [N, D]   mask [N, D] bool, true where an entry is kept
# One 64-bit draw serves four entries: p is met to 1/65536.

def mask(x: Tensor, p: float, seed: Tensor) -> Tensor:
  n = x.size(0) * x.size(1)
  g = torch.Generator(device=ops.prim.device(x), seed=int(seed))
  words = torch.random_(torch.empty([(n + 3) // 4], dtype=4, device=ops.prim.device(x)), -9223372036854775807, None, generator=g)
  draws = torch.view_copy(words, dtype=2).narrow(0, 0, n).view([x.size(0), x.size(1)])
  return draws.ge(int(p * 65536. + 0.5) - 32768)
