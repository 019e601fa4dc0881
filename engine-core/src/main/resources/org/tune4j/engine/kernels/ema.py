# An exponential moving average of weights, and its exchange with them.
# Shapes: average, w [P] fp32 or fp64
# In stretches, so that what is in between takes no memory to speak of.

def follow(average: Tensor, w: Tensor, share: Tensor) -> Tensor:
  return average.lerp_(w, float(share))

def exchange(average: Tensor, w: Tensor) -> Tensor:
  stretch = 1048576
  total = int(w.size(0))
  for i in range((total + stretch - 1) // stretch):
    at = i * stretch
    n = min(stretch, total - at)
    held = average.narrow(0, at, n).clone()
    average.narrow(0, at, n).copy_(w.narrow(0, at, n))
    w.narrow(0, at, n).copy_(held)
  return w
