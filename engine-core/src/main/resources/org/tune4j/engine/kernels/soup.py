# The mean of tensors, a share at a time.
# Shapes: sum, x of one shape

def add(sum: Tensor, x: Tensor, share: Tensor) -> Tensor:
  return sum.add_(x, alpha=float(share))
