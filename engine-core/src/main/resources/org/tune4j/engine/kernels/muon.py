# Muon (Jordan et al., 2024) as torch.optim.Muon has it: the mean of gradients of a matrix, made nearly orthogonal.
# Shapes: w, g, m [..., R, C] fp32 or fp64; of more than two dimensions each matrix is one by itself
# settings [7] fp64 = learning rate, rate adjusted to the shape, momentum, 1 for Nesterov, weight decay, Newton-Schulz steps, factor on the gradient (clipping)

# The polynomial a x + b x^3 + c x^5 on the singular values takes all of them near 1. In bf16, whatever the weights are.
def orthogonal(update: Tensor, steps: int) -> Tensor:
  tall = update.size(-2) > update.size(-1)
  x = update.reshape([-1, update.size(-2), update.size(-1)]).to(15)
  if tall:
    x = x.transpose(-2, -1)
  x = torch.div(x, torch.linalg_vector_norm(x, 2., [-2, -1], True).clamp(min=1e-7))
  for i in range(steps):
    gram = torch.bmm(x, x.transpose(-2, -1))
    gram = torch.baddbmm(gram, gram, gram, beta=-4.775, alpha=2.0315)
    x = torch.baddbmm(x, gram, x, beta=3.4445)
  if tall:
    x = x.transpose(-2, -1)
  return x.reshape(update.size())

def step(w: Tensor, g: Tensor, m: Tensor, settings: Tensor) -> Tensor:
  momentum = float(settings[2])
  factor = float(settings[6])
  if factor != 1.0:
    g.mul_(factor)
  m.lerp_(g, 1. - momentum)
  if float(settings[3]) != 0.0:
    update = torch.lerp(g, m, momentum)
  else:
    update = m
  o = __torch__.muon.orthogonal(update, int(settings[5]))
  w.mul_(1. - float(settings[0]) * float(settings[4]))
  return w.add_(o, alpha=-float(settings[1]))
