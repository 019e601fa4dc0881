# Schedule-free AdamW (Defazio et al., 2024), as the package schedulefree has it.
# Shapes: w, g, z, v [P] fp32 or fp64; w is y, where gradients are computed
# settings [8] fp64 = learning rate, beta1, beta2, eps, weight decay, factor on the gradient (clipping), share of this update in the mean, 1 - beta2^t
# In stretches, so that what is in between takes no memory to speak of.

def part(w: Tensor, g: Tensor, z: Tensor, v: Tensor, settings: Tensor) -> Tensor:
  lr = float(settings[0])
  beta1 = float(settings[1])
  beta2 = float(settings[2])
  decay = float(settings[4])
  factor = float(settings[5])
  share = float(settings[6])
  if factor != 1.0:
    g.mul_(factor)
  v.mul_(beta2).addcmul_(g, g, value=1. - beta2)
  g.div_(torch.div(v, float(settings[7])).sqrt_().add_(float(settings[3])))
  if decay != 0.0:
    g.add_(w, alpha=decay)
  w.lerp_(z, share)
  w.add_(g, alpha=lr * (beta1 * (1. - share) - 1.))
  return z.sub_(g, alpha=lr)

def step(w: Tensor, g: Tensor, z: Tensor, v: Tensor, settings: Tensor) -> Tensor:
  stretch = 1048576
  total = int(w.size(0))
  for i in range((total + stretch - 1) // stretch):
    at = i * stretch
    n = min(stretch, total - at)
    __torch__.schedule_free.part(w.narrow(0, at, n), g.narrow(0, at, n), z.narrow(0, at, n), v.narrow(0, at, n), settings)
  return settings

def average(w: Tensor, z: Tensor, beta1: Tensor) -> Tensor:
  # y becomes x, the mean of all z
  return w.lerp_(z, 1. - 1. / float(beta1))
