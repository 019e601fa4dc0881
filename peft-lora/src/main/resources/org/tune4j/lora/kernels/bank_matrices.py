# What the matrices of a bank (bank.py) are made of, and how others are made of them.

def joining(a: List[Tensor], b: List[Tensor], scales: Tensor, like: Tensor) -> List[Tensor]:
  # A, and B scaled and transposed, of each layer, in the type of like
  s = annotate(List[float], scales.tolist())
  dtype = ops.prim.dtype(like)
  out = annotate(List[Tensor], [])
  for i in range(len(a)):
    more = out.append(a[i].to(dtype).clone())
    more = out.append(torch.mul(b[i], s[i]).t().to(dtype).contiguous())
  return out

def spliced(old: List[Tensor], fresh: List[Tensor], cuts: Tensor) -> List[Tensor]:
  # each of old with fresh in place of cuts[2 i + 1] rows from row cuts[2 i] on; the same tensor where nothing changes
  c = annotate(List[int], cuts.tolist())
  out = annotate(List[Tensor], [])
  for i in range(len(old)):
    o = old[i]
    first = c[2 * i]
    end = first + c[2 * i + 1]
    if fresh[i].size(0) == 0 and end == first:
      more = out.append(o)
    else:
      more = out.append(torch.cat([o.narrow(0, 0, first), fresh[i], o.narrow(0, end, o.size(0) - end)]))
  return out

def overwrite(old: List[Tensor], fresh: List[Tensor], cuts: Tensor) -> Tensor:
  # fresh in place of cuts[2 i + 1] rows from row cuts[2 i] on
  c = annotate(List[int], cuts.tolist())
  for i in range(len(old)):
    written = old[i].narrow(0, c[2 * i], c[2 * i + 1]).copy_(fresh[i])
  return cuts

def windows(all: List[Tensor], ranges: Tensor) -> List[Tensor]:
  # of each, views of ranges[2 i + 1] rows from row ranges[2 i] on
  r = annotate(List[int], ranges.tolist())
  out = annotate(List[Tensor], [])
  for i in range(len(all)):
    more = out.append(all[i].narrow(0, r[2 * i], r[2 * i + 1]))
  return out

def finite(all: List[Tensor]) -> Tensor:
  # the first that has a number which is not finite, or -1
  first = -1
  for i in range(len(all)):
    if first < 0 and not bool(torch.all(torch.isfinite(all[i]))):
      first = i
  return torch.tensor([first], dtype=4)

def pieces(flat: Tensor, shapes: Tensor) -> List[Tensor]:
  # views of shapes[2 i] rows and shapes[2 i + 1] columns, one after the other
  s = annotate(List[int], shapes.tolist())
  out = annotate(List[Tensor], [])
  at = 0
  for i in range(len(s) // 2):
    n = s[2 * i] * s[2 * i + 1]
    more = out.append(flat.narrow(0, at, n).view([s[2 * i], s[2 * i + 1]]))
    at = at + n
  return out
