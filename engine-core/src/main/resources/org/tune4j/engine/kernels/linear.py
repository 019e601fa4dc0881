# A linear group: the layers that read the same input, stored as one matrix.
#   y = x W^T (+ b)
# Shapes: x [N, I]   y [N, O]   w = [W [O, I]] or [W, b [O]]     N tokens, I inputs, O outputs of all layers of the group
# W may be held in fewer bytes: in its place stand the tensors that quantised.py takes.

def few(x: Tensor) -> bool:
  # so few tokens that their product is reading W
  return x.size(0) <= 4 and ops.prim.dtype(x) == 6 and not ops.prim.is_cuda(x)

def forward(x: Tensor, w: List[Tensor]) -> Tensor:
  if __torch__.quantised.holds(w):
    return __torch__.quantised.forward(x, w)
  if __torch__.linear.few(x):
    y = __torch__.linear.product(x, w[0])
    return y.add_(w[1]) if len(w) == 2 else y
  if len(w) == 2:
    return torch.linear(x, w[0], w[1])
  return torch.linear(x, w[0])

def product(x: Tensor, w: Tensor) -> Tensor:
  # Few tokens in fp32: W x^T reads W faster than x W^T, and one token fastest as two, for BLAS reads W on one core for a vector.
  if not __torch__.linear.few(x):
    return torch.linear(x, w)
  columns = torch.cat([x, x]) if x.size(0) == 1 else x
  return torch.mm(w, columns.t()).t().narrow(0, 0, x.size(0)).contiguous()

def input_gradient(gy: Tensor, w: List[Tensor]) -> Tensor:
  if __torch__.quantised.holds(w):
    return __torch__.quantised.input_gradient(gy, w)
  return torch.matmul(gy, w[0])

def outputs(w: List[Tensor]) -> int:
  return w[0].size(0)

def inputs(w: List[Tensor]) -> int:
  return __torch__.quantised.inputs(w) if __torch__.quantised.holds(w) else w[0].size(1)

def matrix(w: List[Tensor], like: Tensor) -> Tensor:
  # W in the type of like
  if __torch__.quantised.holds(w):
    return __torch__.quantised.rows(w, 0, w[0].size(0), ops.prim.dtype(like))
  return w[0]

def rows(w: List[Tensor], first: int, count: int, dtype: int) -> Tensor:
  # [count, I]: rows first, first + 1, ... of W
  if __torch__.quantised.holds(w):
    return __torch__.quantised.rows(w, first, count, dtype)
  return w[0].narrow(0, first, count).to(dtype)

def bias(w: List[Tensor]) -> List[Tensor]:
  # [b], or nothing
  return w[__torch__.quantised.tensors(w):] if __torch__.quantised.holds(w) else w[1:]

def rows_forward(x: Tensor, w: List[Tensor], first: int, count: int) -> Tensor:
  # [N, count] with rows first, first + 1, ... of W
  if __torch__.quantised.holds(w):
    return __torch__.quantised.rows_forward(x, w, first, count)
  return __torch__.linear.product(x, w[0].narrow(0, first, count))

def rows_input_gradient(gy: Tensor, w: List[Tensor], first: int, count: int) -> Tensor:
  if __torch__.quantised.holds(w):
    return __torch__.quantised.rows_input_gradient(gy, w, first, count)
  return torch.mm(gy, w[0].narrow(0, first, count))

def add_weight_gradient(gy: Tensor, x: Tensor, g: Tensor) -> Tensor:
  # g [O, I] is the fp32 sum over micro-batches
  if ops.prim.dtype(g) == ops.prim.dtype(x):
    return g.addmm_(gy.t(), x)
  return g.add_(torch.mm(gy.t(), x))

def add_bias_gradient(gy: Tensor, g: Tensor) -> Tensor:
  return g.add_(torch.sum(gy, [0], dtype=ops.prim.dtype(g)))
