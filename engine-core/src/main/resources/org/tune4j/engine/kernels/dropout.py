# Dropout whose mask is a function of a seed, so that any step can be replayed.
# Shapes: x [N, D]   mask [N, D] int8, 1 where an entry is kept and 0 where it is dropped
# Drawing is what dropout costs on a CPU, so one 64-bit draw serves eight entries, and the draws are SplitMix64 (Steele,
# Lea, Flood 2014), which tensors compute in parallel as they do not a generator. An entry is dropped when its byte is
# below 256 p; where that is no whole number, each row takes the next lower or higher one, by a draw of its own, such that
# every entry is dropped with probability p exactly. p is at most 255/256.
# The mask is compared in place because libtorch does not vectorise comparisons that make a bool tensor.

# The first count draws of SplitMix64. Shifts keep the sign, so the bits they bring in are cut off.
def draws(count: int, seed: Tensor) -> Tensor:
  z = torch.arange(1, count + 1, dtype=4, device=ops.prim.device(seed)).mul_(-7046029254386353131).add_(seed)
  z = z.bitwise_xor_(z.bitwise_right_shift(30).bitwise_and_(17179869183)).mul_(-4658895280553007687)
  z = z.bitwise_xor_(z.bitwise_right_shift(27).bitwise_and_(137438953471)).mul_(-7723592293110705685)
  return z.bitwise_xor_(z.bitwise_right_shift(31).bitwise_and_(8589934591))

def mask(x: Tensor, p: float, seed: Tensor) -> Tensor:
  rows = x.size(0)
  n = rows * x.size(1)
  words = __torch__.dropout.draws(rows + (n + 7) // 8, seed.to(ops.prim.device(x)))
  fraction = words.narrow(0, 0, rows).bitwise_and(4294967295).to(7).mul_(2.3283064365386963e-10)
  bound = fraction.neg_().add_(256. * p).ceil_().sub_(128.).to(1).unsqueeze(1)
  bytes = torch.view_copy(words.narrow(0, rows, (n + 7) // 8), dtype=1)
  return bytes.narrow(0, 0, n).view([rows, x.size(1)]).ge_(bound)
