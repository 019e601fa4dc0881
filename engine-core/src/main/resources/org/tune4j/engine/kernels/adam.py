# Adam (Kingma and Ba, 2015) as torch.optim.Adam has it, decay added to the gradient.
# Lists of one flat vector each: weights, gradients, first, second [P] fp32 or fp64
# count [1] fp32, the updates made before this one
# settings [6] fp64 = learning rate, beta1, beta2, eps, weight decay, factor on the gradient (clipping)
# The lists come from outside: the operator on a list that is built here would be removed as dead code.

def step(weights: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], count: Tensor, settings: Tensor) -> Tensor:
  factor = float(settings[5])
  if factor != 1.0:
    gradients[0].mul_(factor)
  torch._fused_adam_(weights, gradients, first, second, annotate(List[Tensor], []), [count.add(1.)], lr=float(settings[0]), beta1=float(settings[1]), beta2=float(settings[2]), weight_decay=float(settings[4]), eps=float(settings[3]), amsgrad=False, maximize=False)
  return count
