# Stochastic gradient descent as torch.optim.SGD has it, decay added to the gradient.
# Lists of one flat vector each: weights, gradients, buffers [P]; buffers is empty without momentum
# settings [6] fp64 = learning rate, momentum, weight decay, nesterov, whether this is the first update, factor on the gradient

def step(weights: List[Tensor], gradients: List[Tensor], buffers: List[Tensor], settings: Tensor) -> Tensor:
  factor = float(settings[5])
  if factor != 1.0:
    gradients[0].mul_(factor)
  torch._fused_sgd_(weights, gradients, buffers, weight_decay=float(settings[2]), momentum=float(settings[1]), lr=float(settings[0]), dampening=0., nesterov=bool(float(settings[3]) != 0.), maximize=False, is_first_step=bool(float(settings[4]) != 0.))
  return settings
