# A frozen linear group whose matrix is held in fewer bytes, as int8.py or nf4.py says: which, shows in its element type.
# Shapes: as in linear.py; w = [the tensors of the format ...] or [..., b [O]], the first with a row for each output
# W is dequantised in strips of rows, so that a product needs little memory besides its result.

def strip(w: List[Tensor]) -> int:
  # rows of about a million numbers
  return max(1, 1048576 // __torch__.quantised.inputs(w))

def holds(w: List[Tensor]) -> bool:
  # int8 or uint8: codes
  return ops.prim.dtype(w[0]) < 2

def is_int8(w: List[Tensor]) -> bool:
  return ops.prim.dtype(w[0]) == 1

def inputs(w: List[Tensor]) -> int:
  return w[0].size(1) if __torch__.quantised.is_int8(w) else __torch__.nf4.inputs(w)

def tensors(w: List[Tensor]) -> int:
  # of the format, before a bias
  return __torch__.int8.tensors() if __torch__.quantised.is_int8(w) else __torch__.nf4.tensors()

def rows(w: List[Tensor], first: int, count: int, dtype: int) -> Tensor:
  # [count, I]: rows first, first + 1, ... of W
  if __torch__.quantised.is_int8(w):
    return __torch__.int8.rows(w, first, count, dtype)
  return __torch__.nf4.rows(w, first, count, dtype)

def forward(x: Tensor, w: List[Tensor]) -> Tensor:
  y = __torch__.quantised.rows_forward(x, w, 0, w[0].size(0))
  tensors = __torch__.quantised.tensors(w)
  return y.add_(w[tensors]) if len(w) > tensors else y

def input_gradient(gy: Tensor, w: List[Tensor]) -> Tensor:
  return __torch__.quantised.rows_input_gradient(gy, w, 0, w[0].size(0))

def rows_forward(x: Tensor, w: List[Tensor], first: int, count: int) -> Tensor:
  if __torch__.quantised.is_int8(w) and __torch__.int8.takes(x):
    return __torch__.int8.product(x, w, first, count)
  y = torch.empty([x.size(0), count], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  done = 0
  while done < count:
    n = min(__torch__.quantised.strip(w), count - done)
    torch.mm(x, __torch__.quantised.rows(w, first + done, n, ops.prim.dtype(x)).t(), out=y.narrow(1, done, n))
    done = done + n
  return y

def rows_input_gradient(gy: Tensor, w: List[Tensor], first: int, count: int) -> Tensor:
  # The strips' parts are summed in at least fp32.
  d = ops.prim.dtype(gy)
  sum = torch.zeros([gy.size(0), __torch__.quantised.inputs(w)], dtype=7 if d == 7 else 6, device=ops.prim.device(gy))
  done = 0
  while done < count:
    n = min(__torch__.quantised.strip(w), count - done)
    sum.add_(torch.mm(gy.narrow(1, done, n), __torch__.quantised.rows(w, first + done, n, d)))
    done = done + n
  return sum.to(d)
