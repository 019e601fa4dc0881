# Losses of a task head's scores, one a row, and their gradients with respect to the scores.
# Shapes: z [C, L]   g, loss [C]     C rows that are judged, L outputs of the head
# y [C, 1] of one label or a number, [C, L] of many labels; g is what each row's gradient is multiplied with

def one_label(z: Tensor, y: Tensor, gamma: float) -> Tensor:
  # -(1 - p)^gamma log p with p = softmax(z)[y] (Lin et al., 2017); gamma 0 is cross entropy
  lp = torch.log_softmax(z, -1).gather(1, y.to(4)).squeeze(1)
  if gamma == 0.:
    return lp.neg_()
  return torch.expm1(lp).neg_().pow_(gamma).mul_(lp).neg_()

def one_label_gradient(g: Tensor, z: Tensor, y: Tensor, gamma: float) -> Tensor:
  # ((1 - p)^gamma - gamma p (1 - p)^(gamma - 1) log p) (softmax(z) - onehot(y))
  at = y.to(4)
  lps = torch.log_softmax(z, -1)
  lp = lps.gather(1, at)
  factor = g.to(ops.prim.dtype(z)).unsqueeze(1)
  if gamma != 0.:
    # Where p is 1 its logarithm is 0, and what it is multiplied with must not be infinite.
    q = torch.expm1(lp).neg_().clamp_min_(1e-30)
    fall = torch.mul(torch.exp(lp), lp).mul_(gamma).mul_(torch.pow(q, gamma - 1.))
    factor = torch.mul(factor, torch.pow(q, gamma).sub_(fall))
  p = lps.exp_()
  p.scatter_add_(1, at, torch.full([z.size(0), 1], -1., dtype=ops.prim.dtype(z), device=ops.prim.device(z)))
  return p.mul_(factor)

def many_labels(z: Tensor, y: Tensor) -> Tensor:
  # the mean over labels of binary cross entropy: log(1 + e^z) - y z
  return torch.mean(torch.softplus(z).sub_(torch.mul(y.to(ops.prim.dtype(z)), z)), [1])

def many_labels_gradient(g: Tensor, z: Tensor, y: Tensor) -> Tensor:
  # (sigmoid(z) - y) / L
  each = g.to(ops.prim.dtype(z)).div(z.size(1)).unsqueeze(1)
  return torch.sigmoid(z).sub_(y.to(ops.prim.dtype(z))).mul_(each)

def number(z: Tensor, y: Tensor) -> Tensor:
  # (z - y)^2
  return torch.sub(z, y.to(ops.prim.dtype(z))).square_().squeeze(1)

def number_gradient(g: Tensor, z: Tensor, y: Tensor) -> Tensor:
  # 2 (z - y)
  return torch.sub(z, y.to(ops.prim.dtype(z))).mul_(2.).mul_(g.to(ops.prim.dtype(z)).unsqueeze(1))
