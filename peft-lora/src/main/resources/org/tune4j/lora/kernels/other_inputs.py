# A linear group of which some layers read something else than x. starts, ends: the columns of those, in order; xs: what they read.
# Shapes: x, xs[i] [N, I]   y [N, O]

def whole(w: List[Tensor], starts: List[int], ends: List[int]) -> bool:
  # whether one layer is all of the group
  return ends[0] - starts[0] == __torch__.linear.outputs(w)

def put(y: Tensor, x: Tensor, w: List[Tensor], first: int, end: int) -> Tensor:
  if end > first:
    rows = y.narrow(1, first, end - first).copy_(__torch__.linear.rows_forward(x, w, first, end - first))
  return y

def forward(x: Tensor, xs: List[Tensor], w: List[Tensor], starts: List[int], ends: List[int]) -> Tensor:
  if __torch__.other_inputs.whole(w, starts, ends):
    return __torch__.linear.forward(xs[0], w)
  outputs = __torch__.linear.outputs(w)
  y = torch.empty([x.size(0), outputs], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  at = 0
  for i in range(len(starts)):
    y = __torch__.other_inputs.put(y, x, w, at, starts[i])
    y = __torch__.other_inputs.put(y, xs[i], w, starts[i], ends[i])
    at = ends[i]
  y = __torch__.other_inputs.put(y, x, w, at, outputs)
  b = __torch__.linear.bias(w)
  return y.add_(b[0]) if len(b) > 0 else y

def gradient(gy: Tensor, w: List[Tensor], first: int, end: int) -> Tensor:
  # of what the layer of these columns reads
  return __torch__.linear.rows_input_gradient(gy.narrow(1, first, end - first), w, first, end - first)

def rest_gradient(gy: Tensor, x: Tensor, w: List[Tensor], starts: List[int], ends: List[int]) -> Tensor:
  # of x, by the layers that read it
  gx = torch.zeros_like(x)
  at = 0
  for i in range(len(starts)):
    if starts[i] > at:
      gx = gx.add_(__torch__.other_inputs.gradient(gy, w, at, starts[i]))
    at = ends[i]
  if gy.size(1) > at:
    gx = gx.add_(__torch__.other_inputs.gradient(gy, w, at, gy.size(1)))
  return gx
