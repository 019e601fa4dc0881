# fp32 numbers in two parts: the nearest bf16 number, and how far their bits lie from its.
#   bits of fp32 = bits of bf16 * 2^16 + rest, rest from -2^15 to 2^15 - 1
# Shapes: w [N] fp32   high [N] bf16   rest [2 N] uint8, the rests' bytes, or [N], the upper byte of each, or [0]
# Of two bf16 numbers that are as near, the larger in magnitude is taken.

def join(high: Tensor, rest: Tensor) -> Tensor:
  bits = torch.view_copy(high, dtype=2).to(3).bitwise_left_shift_(16)
  if rest.size(0) > high.size(0):
    bits.add_(torch.view_copy(rest, dtype=2))
  elif rest.size(0) > 0:
    bits.add_(torch.view_copy(rest, dtype=1), alpha=256)
  return torch.view_copy(bits, dtype=6)

def put(upper: Tensor, high: Tensor) -> Tensor:
  return high.copy_(torch.view_copy(upper.to(2), dtype=15))

def split(w: Tensor, high: Tensor, rest: Tensor) -> Tensor:
  bits = torch.view_copy(w, dtype=3)
  if rest.size(0) > high.size(0):
    upper = torch.add(bits, 32768).bitwise_right_shift_(16)
    rest.copy_(torch.view_copy(bits.sub_(upper, alpha=65536).to(2), dtype=0))
  else:
    # to the nearest of 24 bits first: the carry goes on into the bf16 number
    kept = bits.add_(128).bitwise_right_shift_(8)
    upper = torch.add(kept, 128).bitwise_right_shift_(8)
    rest.copy_(torch.view_copy(kept.sub_(upper, alpha=256).to(1), dtype=0))
  return __torch__.masters.put(upper, high)

def round_at_random(w: Tensor, high: Tensor, seed: Tensor) -> Tensor:
  # to one of the two neighbours, the nearer the likelier, so that the mean is w: 16 random bits carry into the upper 16
  n = w.size(0)
  draws = torch.view_copy(__torch__.dropout.draws((n + 3) // 4, seed), dtype=2).narrow(0, 0, n)
  return __torch__.masters.put(draws.to(3).bitwise_and_(65535).add_(torch.view_copy(w, dtype=3)).bitwise_right_shift_(16), high)
