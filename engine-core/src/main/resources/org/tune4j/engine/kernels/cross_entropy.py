# Cross entropy of a chunk of tokens and its gradient, taken in one pass.
#   loss = -log softmax(z)[y]      d loss / d z = softmax(z) - onehot(y)
# Shapes: z, gz [C, V]   y, weight, loss [C]     C tokens of the chunk, V vocabulary; loss in nats

def forward_backward(z: Tensor, y: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
  # weight: what each token's gradient is multiplied with; the losses are not
  d = 7 if ops.prim.dtype(z) == 7 else 6
  lp = torch.log_softmax(z, -1, dtype=d)
  at = y.unsqueeze(1)
  loss = torch.neg(lp.gather(1, at)).squeeze(1)
  p = lp.exp_()
  p.scatter_add_(1, at, torch.full([y.size(0), 1], -1., dtype=d, device=ops.prim.device(z)))
  return (loss, p.mul_(weight.to(d).unsqueeze(1)).to(ops.prim.dtype(z)))

def forward(z: Tensor, y: Tensor) -> Tensor:
  lp = torch.log_softmax(z, -1, dtype=(7 if ops.prim.dtype(z) == 7 else 6))
  return torch.neg(lp.gather(1, y.unsqueeze(1))).squeeze(1)
