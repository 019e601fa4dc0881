# Adafactor (Shazeer and Stern, 2018): second moments of a matrix by its rows and columns.
# Shapes: w, g [..., R, C] or [C]; rows [..., R, 1] and columns [..., 1, C] of matrices; moments [C] of vectors; mean as w, or empty
# settings fp64, see each; the factor on the gradient (clipping) is the last
# Root mean squares are summed in the weights' own type, as the peers do.

def rms(x: Tensor) -> float:
  return float(torch.linalg_vector_norm(x, 2.)) / float(x.numel()) ** 0.5

# transformers.optimization.Adafactor
# settings [9] = rate, eps of squares, share of the old second moment, clip threshold, beta1, weight decay, least scale or 0 for none, unused, factor
def transformers(w: Tensor, g: Tensor, rows: Tensor, columns: Tensor, moments: Tensor, mean: Tensor, settings: Tensor) -> Tensor:
  beta2 = float(settings[2])
  factor = float(settings[8])
  rate = float(settings[0])
  least = float(settings[6])
  if least > 0.:
    rate = rate * max(least, __torch__.adafactor.rms(w))
  if factor != 1.0:
    g.mul_(factor)
  update = g.square().add_(float(settings[1]))
  if g.dim() > 1:
    rows.mul_(beta2).add_(update.mean([-1], True), alpha=1. - beta2)
    columns.mul_(beta2).add_(update.mean([-2], True), alpha=1. - beta2)
    r = torch.rsqrt(rows / rows.mean([-2], True))
    update.copy_(torch.mul(r, torch.rsqrt(columns)))
  else:
    moments.mul_(beta2).add_(update, alpha=1. - beta2)
    update.copy_(moments).rsqrt_()
  update.mul_(g)
  update.div_(max(1., __torch__.adafactor.rms(update) / float(settings[3])))
  update.mul_(rate)
  beta1 = float(settings[4])
  if beta1 > 0.:
    mean.mul_(beta1).add_(update, alpha=1. - beta1)
    update.copy_(mean)
  if float(settings[5]) != 0.:
    w.mul_(1. - float(settings[5]) * rate)
  w.sub_(update)
  return settings

# torch.optim.Adafactor
# settings [9] = rate, share of the new second moment, least of a square's root, least scale, clip threshold d, weight decay, bound of the rate, unused, factor
def torch_form(w: Tensor, g: Tensor, rows: Tensor, columns: Tensor, moments: Tensor, mean: Tensor, settings: Tensor) -> Tensor:
  share = float(settings[1])
  least = float(settings[2])
  factor = float(settings[8])
  rate = float(settings[0])
  if factor != 1.0:
    g.mul_(factor)
  alpha = max(float(settings[3]), __torch__.adafactor.rms(w)) * min(rate, float(settings[6]))
  if float(settings[5]) != 0.:
    w.mul_(1. - rate * float(settings[5]))
  if g.dim() > 1:
    rows.lerp_(torch.linalg_vector_norm(g, 2., [-1], True).square_().div_(float(g.size(-1))), share)
    columns.lerp_(torch.linalg_vector_norm(g, 2., [-2], True).square_().div_(float(g.size(-2))), share)
    update = torch.matmul(rows, columns)
    update.div_(rows.mean([-2], True).clamp_(min=least))
  else:
    moments.lerp_(g.square(), share)
    update = moments.clone()
  update.clamp_(min=least * least).rsqrt_().mul_(g)
  w.add_(update, alpha=-alpha / max(1., __torch__.adafactor.rms(update) / float(settings[4])))
  return settings
