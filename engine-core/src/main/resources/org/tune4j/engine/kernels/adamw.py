# AdamW (Loshchilov and Hutter, 2019) over one flat vector: decay is decoupled from the gradient.
# Shapes: weights, gradient, first, second [P] fp32 or fp64   step [] fp32, the number of updates before this one
# settings [6] fp64 = learning rate, beta1, beta2, eps, weight decay, factor on the gradient (clipping)

def step(weights: Tensor, gradient: Tensor, first: Tensor, second: Tensor, step: Tensor, settings: Tensor) -> Tensor:
  factor = float(settings[5])
  if factor != 1.0:
    gradient.mul_(factor)
  count = step.add(1.)
  torch._fused_adamw_([weights], [gradient], [first], [second], annotate(List[Tensor], []), [count], lr=float(settings[0]), beta1=float(settings[1]), beta2=float(settings[2]), weight_decay=float(settings[4]), eps=float(settings[3]), amsgrad=False, maximize=False)
  return weights

def norm(gradient: Tensor) -> Tensor:
  # Euclidean norm in fp64; not finite exactly when an entry is not
  return torch.linalg_vector_norm(gradient, 2., dtype=7)
