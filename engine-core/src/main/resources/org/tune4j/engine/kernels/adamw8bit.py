# AdamW with its state in 8 bits, in blocks of 256 numbers (Dettmers et al., 2022), as bitsandbytes has it:
#   number = map[code] * absmax of its block
# Shapes: w, g [N]   codes [N] uint8   absmax [blocks] fp32, the last block may be shorter
#   tables = of either moment [map [256] fp32   by cell [65536 or, for numbers of at least 0, 32768] int32, see DynamicCodes]
# A cell is the numbers that agree in the upper half of their bits. At most one border between two codes lies in it, so the nearest
# code is found by one look-up and an addition, where a search takes many times as long.
# settings [8] fp64 = learning rate, beta1, beta2, eps, weight decay, factor on the gradient (clipping), 1 - beta1^t, sqrt(1 - beta2^t)

def decoded(codes: Tensor, absmax: Tensor, map: Tensor) -> Tensor:
  return map.index_select(0, codes.to(3)).view([absmax.size(0), -1]).mul_(absmax.unsqueeze(1)).view([-1])

def scaled_(x: Tensor, absmax: Tensor) -> Tensor:
  # the bits of the numbers divided by their block's absmax; what comes out a little above 1 has the code of 1
  blocks = x.view([absmax.size(0), -1])
  absmax.copy_(torch.maximum(torch.amax(blocks, [1]), torch.neg(torch.amin(blocks, [1]))))
  blocks.mul_(torch.reciprocal(torch.clamp(absmax, min=1e-38)).unsqueeze(1))
  return torch.view_copy(x, dtype=3)

def ordered_(bits: Tensor) -> Tensor:
  # integers in the order of the numbers: those below 0 have it reversed
  return bits.bitwise_xor_(bits.bitwise_right_shift(31).bitwise_and_(2147483647))

def code(bits: Tensor, first: int, table: Tensor) -> Tensor:
  # bits is overwritten; the lower half of a number carries into the code where it is past the border
  cells = bits.bitwise_right_shift(16).sub_(first)
  return bits.bitwise_and_(65535).add_(table.index_select(0, cells)).bitwise_right_shift_(16)

def part(w: Tensor, g: Tensor, first: Tensor, first_absmax: Tensor, second: Tensor, second_absmax: Tensor, tables: List[Tensor], settings: Tensor) -> Tensor:
  lr = float(settings[0])
  beta1 = float(settings[1])
  beta2 = float(settings[2])
  factor = float(settings[5])
  if factor != 1.0:
    g.mul_(factor)
  m = __torch__.adamw8bit.decoded(first, first_absmax, tables[0]).mul_(beta1).add_(g, alpha=1. - beta1)
  v = __torch__.adamw8bit.decoded(second, second_absmax, tables[2]).mul_(beta2).addcmul_(g, g, value=1. - beta2)
  if float(settings[4]) != 0.0:
    w.mul_(1. - lr * float(settings[4]))
  w.addcdiv_(m, torch.sqrt(v).div_(float(settings[7])).add_(float(settings[3])), value=-lr / float(settings[6]))
  first.copy_(__torch__.adamw8bit.code(__torch__.adamw8bit.ordered_(__torch__.adamw8bit.scaled_(m, first_absmax)), -32768, tables[1]))
  return second.copy_(__torch__.adamw8bit.code(__torch__.adamw8bit.scaled_(v, second_absmax), 0, tables[3]))

# In stretches, so that what is in between takes no memory to speak of.
def step(w: Tensor, g: Tensor, first: Tensor, first_absmax: Tensor, second: Tensor, second_absmax: Tensor, tables: List[Tensor], settings: Tensor) -> Tensor:
  block = 256
  stretch = 2048
  total = int(w.size(0))
  whole = total // block
  for i in range((whole + stretch - 1) // stretch):
    b = i * stretch
    n = min(stretch, whole - b)
    at = b * block
    size = n * block
    __torch__.adamw8bit.part(w.narrow(0, at, size), g.narrow(0, at, size), first.narrow(0, at, size), first_absmax.narrow(0, b, n), second.narrow(0, at, size), second_absmax.narrow(0, b, n), tables, settings)
  rest = total - whole * block
  if rest > 0:
    at = whole * block
    __torch__.adamw8bit.part(w.narrow(0, at, rest), g.narrow(0, at, rest), first.narrow(0, at, rest), first_absmax.narrow(0, whole, 1), second.narrow(0, at, rest), second_absmax.narrow(0, whole, 1), tables, settings)
  return settings
