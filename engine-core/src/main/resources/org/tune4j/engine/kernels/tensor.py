# Making, filling and reading tensors: the way between files, Java memory and libtorch, and every element type.

def zeros(shape: Tensor, like: Tensor, dtype: Tensor) -> Tensor:
  s = annotate(List[int], shape.tolist())
  return torch.zeros(s, dtype=int(dtype), device=ops.prim.device(like))

def store(target: Tensor, offset: Tensor, numbers: Tensor) -> Tensor:
  # they become numbers offset, offset + 1, ... of target, in target's type
  if target.is_contiguous():
    target.view([-1]).narrow(0, int(offset), numbers.size(0)).copy_(numbers)
    return target
  (part, first) = __torch__.tensor.covering(target, int(offset), numbers.size(0))
  whole = part.contiguous()
  whole.view([-1]).narrow(0, int(offset) - first, numbers.size(0)).copy_(numbers)
  part.copy_(whole)
  return target

def plain(x: Tensor) -> Tensor:
  # 1 if the numbers lie on the CPU in row order, else 0
  return torch.tensor([int(x.is_contiguous() and not ops.prim.is_cuda(x))], dtype=4)

def place(target: Tensor, range: Tensor) -> Tensor:
  # a view of numbers range[0] .. range[0] + range[1] of a tensor in row order
  return target.view([-1]).narrow(0, int(range[0]), int(range[1]))

def covering(x: Tensor, offset: int, count: int) -> Tuple[Tensor, int]:
  # the rows that hold these numbers, and the place of their first number
  columns = x.numel() // x.size(0)
  first = offset // columns
  return (x.narrow(0, first, (offset + count + columns - 1) // columns - first), first * columns)

def fetch(source: Tensor, range: Tensor, dtype: Tensor) -> Tensor:
  # numbers range[0] .. range[0] + range[1] of source as bytes of numbers of that type
  offset = int(range[0])
  if source.is_contiguous():
    r = source.view([-1]).narrow(0, offset, int(range[1]))
  else:
    (part, first) = __torch__.tensor.covering(source, offset, int(range[1]))
    r = part.reshape([-1]).narrow(0, offset - first, int(range[1]))
  return torch.view_copy(r.to(int(dtype)).contiguous(), dtype=0)

def finite(x: Tensor) -> Tensor:
  # 1 if all numbers are, else 0
  return torch.all(torch.isfinite(x)).to(4).reshape([1])

def cast(x: Tensor, dtype: Tensor) -> Tensor:
  return x.to(int(dtype))

def copy(target: Tensor, source: Tensor) -> Tensor:
  return target.copy_(source)

def rows(x: Tensor, range: Tensor) -> Tensor:
  # a view of rows range[0] .. range[0] + range[1]
  return x.narrow(0, int(range[0]), int(range[1]))

def view(x: Tensor, offset: Tensor, shape: Tensor) -> Tensor:
  # a view of a flat tensor's numbers from offset on
  s = annotate(List[int], shape.tolist())
  n = 1
  for i in s:
    n = n * i
  return x.narrow(0, int(offset), n).view(s)

def fingerprint(x: Tensor, dtype: Tensor) -> Tensor:
  # sum of the numbers' bits, read as integers of that type, times odd numbers that differ from place to place; int64, wrapping
  flat = x.reshape([-1])
  total = torch.zeros([1], dtype=4, device=ops.prim.device(x))
  chunk = 1048576
  odd = torch.add(torch.mul(torch.arange(chunk, dtype=4, device=ops.prim.device(x)), -7046029254386353130), 1)
  done = 0
  while done < flat.size(0):
    n = min(chunk, flat.size(0) - done)
    bits = torch.view_copy(flat.narrow(0, done, n), dtype=int(dtype)).to(4)
    total = torch.add(torch.mul(total, 6364136223846793005), torch.sum(torch.mul(bits, odd.narrow(0, 0, n)), dtype=4))
    done = done + n
  return total

def put_bytes(target: Tensor, offset: Tensor, x: Tensor) -> Tensor:
  # the bytes of x become those of target from offset on
  bytes = torch.view_copy(x.reshape([-1]), dtype=0)
  target.narrow(0, int(offset), bytes.size(0)).copy_(bytes)
  return target

def from_bytes(source: Tensor, range: Tensor, dtype: Tensor, shape: Tensor) -> Tensor:
  # a copy of bytes range[0] .. range[0] + range[1] as numbers of a type
  s = annotate(List[int], shape.tolist())
  return torch.view_copy(source.narrow(0, int(range[0]), int(range[1])), dtype=int(dtype)).view(s)

def grow(target: Tensor, source: Tensor) -> Tensor:
  # the first rows of target become those of source, the others their mean
  had = source.size(0)
  target.narrow(0, 0, had).copy_(source)
  shape = annotate(List[int], list(source.size()))
  shape[0] = 1
  total = torch.zeros(shape, dtype=7, device=ops.prim.device(source))
  at = 0
  while at < had:
    n = min(8192, had - at)
    total.add_(torch.sum(source.narrow(0, at, n).to(7), [0], True))
    at = at + n
  target.narrow(0, had, target.size(0) - had).copy_(total.div_(had))
  return target
