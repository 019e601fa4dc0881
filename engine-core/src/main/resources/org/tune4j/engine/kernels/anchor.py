# Weights that are held near others: value = lambda / 2 sum F (w - a)^2, gradient lambda F (w - a).
# Shapes: w, a, g, f [P] fp32 or fp64; f of no tensor where all of F is 1
# In stretches, so that what is in between takes no memory to speak of; the value is summed in fp64.

def clear(g: Tensor) -> Tensor:
  return g.zero_()

def add_squares(f: Tensor, g: Tensor) -> Tensor:
  # uses g up
  f.addcmul_(g, g)
  return g.zero_()

def scale(f: Tensor, factor: Tensor) -> Tensor:
  return f.mul_(float(factor))

def limits(f: Tensor) -> Tensor:
  # the least and the largest number; NaN where there is one
  return torch.stack([torch.min(f), torch.max(f)]).to(7)

def add_gradient(w: Tensor, a: Tensor, f: List[Tensor], g: Tensor, strength: Tensor) -> Tensor:
  # returns the value, [1] fp64
  by = float(strength)
  total = int(w.size(0))
  stretch = 1048576
  value = 0.
  for i in range((total + stretch - 1) // stretch):
    at = i * stretch
    n = min(stretch, total - at)
    d = torch.sub(w.narrow(0, at, n), a.narrow(0, at, n))
    fd = d
    if len(f) > 0:
      fd = torch.mul(d, f[0].narrow(0, at, n))
    g.narrow(0, at, n).add_(fd, alpha=by)
    value = value + float(torch.sum(torch.mul(fd, d), dtype=7))
  return torch.full([1], 0.5 * by * value, dtype=7)
