# Dropout whose mask is a function of a seed, so that any step can be replayed.
# Shapes: x [N, D]   mask [N, D] bool, true where an entry is kept
# Drawing is what dropout costs on a CPU, so one 64-bit draw serves eight entries. An entry is dropped when its byte is
# below 256 p; where that is no whole number, each row takes the next lower or higher one, by a draw of its own, such that
# every entry is dropped with probability p exactly. p is at most 255/256.

def mask(x: Tensor, p: float, seed: Tensor) -> Tensor:
  n = x.size(0) * x.size(1)
  g = torch.Generator(device=ops.prim.device(x), seed=int(seed))
  words = torch.random_(torch.empty([(n + 7) // 8], dtype=4, device=ops.prim.device(x)), -9223372036854775807, None, generator=g)
  draws = torch.view_copy(words, dtype=1).narrow(0, 0, n).view([x.size(0), x.size(1)])
  bound = torch.rand([x.size(0), 1], generator=g, dtype=6, device=ops.prim.device(x)).neg_().add_(256. * p).ceil_()
  return draws.ge(bound.sub_(128.).to(1))
