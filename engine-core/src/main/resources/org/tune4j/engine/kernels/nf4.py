# Matrices in NF4 with double quantisation (Dettmers et al., 2023), as bitsandbytes has them: in blocks of 64 numbers,
#   W = level[code] * absmax      absmax = map[code'] * absmax' + offset, in blocks of 256 of a layer's absmax
# Shapes: w = [codes [O, I/2] uint8, two numbers each, the first in the high half   absmax codes [O, I/64] uint8
#   absmax' [sum of each layer's blocks] fp32   offsets [L] fp32   first rows [L + 1] int64, the last O
#   pairs [256, 2] fp32: the two levels of a byte   map [256] fp32]     L layers, each quantised by itself; I a multiple of 64

def tensors() -> int:
  return 7

def inputs(w: List[Tensor]) -> int:
  return w[0].size(1) * 2

def outer_blocks(rows: int, w: List[Tensor]) -> int:
  return (rows * w[1].size(1) + 255) // 256

def rows(w: List[Tensor], first: int, count: int, dtype: int) -> Tensor:
  codes = w[0].narrow(0, first, count).reshape([-1]).to(3)
  # A pair is looked up as one complex number: that is three times as fast.
  blocks = torch.view_as_real(torch.view_as_complex(w[5]).index_select(0, codes)).view([-1, 64])
  return blocks.mul_(__torch__.nf4.absmax(w, first, count)).to(dtype).view([count, __torch__.nf4.inputs(w)])

def absmax(w: List[Tensor], first: int, count: int) -> Tensor:
  # [blocks, 1] of some rows
  starts = annotate(List[int], w[4].tolist())
  each = w[1].size(1)
  found = annotate(List[Tensor], [])
  outer = 0
  for i in range(len(starts) - 1):
    a = max(first, starts[i])
    n = min(first + count, starts[i + 1]) - a
    if n > 0:
      at = torch.arange((a - starts[i]) * each, (a - starts[i] + n) * each, dtype=4, device=ops.prim.device(w[2]))
      at = torch.floor_divide(at, 256).add_(outer)
      m = w[6].index_select(0, w[1].narrow(0, a, n).reshape([-1]).to(3))
      found.append(m.mul_(w[2].index_select(0, at)).add_(w[3].select(0, i)))
    outer = outer + __torch__.nf4.outer_blocks(starts[i + 1] - starts[i], w)
  return torch.cat(found).unsqueeze(1)

def borders(levels: Tensor) -> Tensor:
  # half way between levels, which are sorted
  n = levels.size(0) - 1
  return torch.add(levels.narrow(0, 0, n), levels.narrow(0, 1, n)).div_(2.)

def codes(x: Tensor, levels: Tensor) -> Tensor:
  # the place of each number's nearest level: how many borders lie below it. A few comparisons are faster than a search.
  at = torch.zeros_like(x, dtype=0)
  for border in annotate(List[float], __torch__.nf4.borders(levels).tolist()):
    at.add_(torch.gt(x, border))
  return at

def scaled(blocks: Tensor, absmax: Tensor) -> Tensor:
  return torch.mul(blocks, torch.reciprocal(torch.clamp(absmax, min=1e-38)).unsqueeze(1)).clamp_(-1., 1.)

def quantise_(w: List[Tensor], layer: int, x: Tensor) -> Tensor:
  # x [R, I] becomes the rows of a layer
  starts = annotate(List[int], w[4].tolist())
  levels = w[5].narrow(0, 0, 16).select(1, 1)
  absmax = annotate(List[Tensor], [])
  strip = __torch__.quantised.strip(w)
  done = 0
  while done < x.size(0):
    n = min(strip, x.size(0) - done)
    blocks = x.narrow(0, done, n).to(6).reshape([-1, 64])
    most = torch.amax(torch.abs(blocks), [1])
    absmax.append(most)
    codes = __torch__.nf4.codes(__torch__.nf4.scaled(blocks, most), levels).view([-1, 2])
    packed = torch.add(torch.mul(codes.select(1, 0), 16), codes.select(1, 1))
    w[0].narrow(0, starts[layer] + done, n).copy_(packed.view([n, -1]))
    done = done + n
  return __torch__.nf4.quantise_absmax_(w, layer, torch.cat(absmax))

def quantise_absmax_(w: List[Tensor], layer: int, absmax: Tensor) -> Tensor:
  starts = annotate(List[int], w[4].tolist())
  outer = 0
  for i in range(layer):
    outer = outer + __torch__.nf4.outer_blocks(starts[i + 1] - starts[i], w)
  offset = torch.mean(absmax)
  w[3].select(0, layer).copy_(offset)
  n = absmax.size(0)
  count = (n + 255) // 256
  centred = torch.zeros([count * 256], dtype=6, device=ops.prim.device(absmax))
  centred.narrow(0, 0, n).copy_(torch.sub(absmax, offset))
  blocks = centred.view([count, 256])
  most = torch.amax(torch.abs(blocks), [1])
  w[2].narrow(0, outer, count).copy_(most)
  codes = torch.bucketize(__torch__.nf4.scaled(blocks, most), __torch__.nf4.borders(w[6]))
  rows = starts[layer + 1] - starts[layer]
  return w[1].narrow(0, starts[layer], rows).copy_(codes.view([-1]).narrow(0, 0, n).view([rows, -1]))
