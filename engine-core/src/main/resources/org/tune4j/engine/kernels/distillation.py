# How far a student's next-token distribution q lies from its teacher's p, both softened by a temperature T, and the
# gradient with respect to the student's scores, taken in one pass. TRL's generalised JSD (GKD, Agarwal et al., 2024):
#   beta 0: KL(p || q)    beta 1: KL(q || p)    else, with m = beta p + (1 - beta) q: beta KL(p || m) + (1 - beta) KL(q || m)
# Shapes: z, t, gz [C, V]   loss [C]     C tokens, V vocabulary; z of the student, t of the teacher; loss in nats

def forward_backward(z: Tensor, t: Tensor, beta: float, temperature: float) -> Tuple[Tensor, Tensor]:
  # z and t stay as they are
  lq = torch.log_softmax(torch.div(z, temperature), -1)
  lp = torch.log_softmax(torch.div(t.to(ops.prim.dtype(z)), temperature), -1)
  if beta == 0.:
    p = torch.exp(lp)
    loss = torch.sum(lp.sub_(lq).mul_(p), [1])
    gz = lq.exp_().sub_(p)
  else:
    if beta == 1.:
      (taught, lm) = (torch.zeros([z.size(0)], dtype=ops.prim.dtype(z), device=ops.prim.device(z)), lp)
    else:
      lm = torch.logaddexp(torch.add(lq, __torch__.distillation.log(1. - beta, lq)), torch.add(lp, __torch__.distillation.log(beta, lp)))
      p = torch.exp(lp)
      taught = torch.sum(lp.sub_(lm).mul_(p), [1])
    share = 1. if beta == 1. else 1. - beta
    q = torch.exp(lq)
    r = lq.sub_(lm)
    own = torch.sum(torch.mul(q, r), [1])
    gz = r.sub_(own.unsqueeze(1)).mul_(q).mul_(share)
    loss = taught.mul_(beta).add_(own, alpha=share)
  return (loss, gz.div_(temperature))

def log(x: float, like: Tensor) -> Tensor:
  return torch.log(torch.full([1], x, dtype=ops.prim.dtype(like), device=ops.prim.device(like)))

def combined(z: Tensor, t: Tensor, y: Tensor, weight: Tensor, settings: Tensor) -> List[Tensor]:
  # settings [4] = beta, temperature, share of the distance in the loss, factor on the distance; the rest of the loss is
  # the cross entropy of the labels y. weight [C]: what each token's gradient is multiplied with. Uses z up.
  share = float(settings[2])
  factor = share * float(settings[3])
  (loss, gz) = __torch__.distillation.forward_backward(z, t, float(settings[0]), float(settings[1]))
  loss = loss.mul_(factor)
  gz = gz.mul_(weight.to(ops.prim.dtype(gz)).unsqueeze(1).mul(factor))
  if share != 1.:
    (hard, gh) = __torch__.cross_entropy.forward_backward(z, y, weight.mul(1. - share), 0.)
    loss = loss.add_(hard, alpha=1. - share)
    gz = gz.add_(gh)
  return [loss, gz]
