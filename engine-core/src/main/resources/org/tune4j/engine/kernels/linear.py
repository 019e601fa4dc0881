# A linear group: the layers that read the same input, stored as one matrix.
#   y = x W^T (+ b)
# Shapes: x [N, I]   y [N, O]   w = [W [O, I]] or [W, b [O]]     N tokens, I inputs, O outputs of all layers of the group
# Every file that stands in for this one at an adapted group has the same forward and backward.

def forward(x: Tensor, w: List[Tensor]) -> Tensor:
  if len(w) == 2:
    return torch.linear(x, w[0], w[1])
  return torch.linear(x, w[0])

def input_gradient(gy: Tensor, w: List[Tensor]) -> Tensor:
  return torch.matmul(gy, w[0])

def add_weight_gradient(gy: Tensor, x: Tensor, g: Tensor) -> Tensor:
  # g [O, I] is the fp32 sum over micro-batches
  if ops.prim.dtype(g) == ops.prim.dtype(x):
    return g.addmm_(gy.t(), x)
  return g.add_(torch.mm(gy.t(), x))

def add_bias_gradient(gy: Tensor, g: Tensor) -> Tensor:
  return g.add_(torch.sum(gy, [0], dtype=ops.prim.dtype(g)))
