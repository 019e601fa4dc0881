# Lion (Chen et al., 2023, algorithm 2): the sign of a mean of gradients, decay decoupled.
# Shapes: w, g, m [P] fp32 or fp64
# settings [5] fp64 = learning rate, beta1, beta2, weight decay, factor on the gradient (clipping)
# In stretches, so that what is in between takes no memory to speak of.

def step(w: Tensor, g: Tensor, m: Tensor, settings: Tensor) -> Tensor:
  lr = float(settings[0])
  beta1 = float(settings[1])
  beta2 = float(settings[2])
  decay = float(settings[3])
  factor = float(settings[4])
  stretch = 1048576
  total = int(w.size(0))
  for i in range((total + stretch - 1) // stretch):
    at = i * stretch
    n = min(stretch, total - at)
    gradient = g.narrow(0, at, n)
    mean = m.narrow(0, at, n)
    weight = w.narrow(0, at, n)
    if factor != 1.0:
      gradient.mul_(factor)
    update = torch.lerp(gradient, mean, beta1).sign_()
    if decay != 0.0:
      weight.mul_(1. - lr * decay)
    weight.add_(update, alpha=-lr)
    mean.lerp_(gradient, 1. - beta2)
  return settings
