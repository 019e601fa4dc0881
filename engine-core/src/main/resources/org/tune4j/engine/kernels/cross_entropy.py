# Cross entropy of a chunk of tokens and its gradient, taken in one pass.
#   loss = -log softmax(z)[y]      d loss / d z = softmax(z) - onehot(y)
# With label smoothing (Szegedy et al., 2016) the wanted distribution is (1 - e) onehot(y) + e / V.
# Shapes: z, gz [C, V]   y, weight, loss [C]     C tokens of the chunk, V vocabulary; loss in nats

def log_probabilities(z: Tensor) -> Tensor:
  # Scores in a low precision become fp32 numbers first, and then log-probabilities in the same memory.
  if ops.prim.dtype(z) == 6 or ops.prim.dtype(z) == 7:
    return torch.log_softmax(z, -1)
  f = z.to(6)
  return torch.log_softmax(f, -1, out=f)

def capped(z: Tensor, cap: float) -> Tensor:
  # cap * tanh(z / cap) (Gemma 2)
  return torch.div(z, cap).tanh_().mul_(cap)

def capped_backward(g: Tensor, z: Tensor, cap: float) -> Tensor:
  # z: the scores before
  return torch.tanh_backward(g, torch.div(z, cap).tanh_())

def forward_backward(z: Tensor, y: Tensor, weight: Tensor, smoothing: float) -> Tuple[Tensor, Tensor]:
  # weight: what each token's gradient is multiplied with; the losses are not
  lp = __torch__.cross_entropy.log_probabilities(z)
  d = ops.prim.dtype(lp)
  at = y.unsqueeze(1)
  loss = torch.neg(lp.gather(1, at)).squeeze(1)
  if smoothing != 0.:
    loss = loss.mul_(1. - smoothing).sub_(torch.mean(lp, [1]), alpha=smoothing)
  p = lp.exp_()
  if smoothing != 0.:
    p.sub_(smoothing / float(z.size(1)))
  p.scatter_add_(1, at, torch.full([y.size(0), 1], smoothing - 1., dtype=d, device=ops.prim.device(z)))
  return (loss, torch.mul(p, weight.to(d).unsqueeze(1), out=z))

def forward(z: Tensor, y: Tensor) -> Tensor:
  return torch.neg(__torch__.cross_entropy.log_probabilities(z).gather(1, y.unsqueeze(1))).squeeze(1)
