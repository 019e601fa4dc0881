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

def topk(t: Tensor, settings: Tensor) -> List[Tensor]:
  # Of each row the k likeliest tokens, by rising id, and log-probabilities [C, k + 1]: theirs, and that of all others
  # together; [C, k] where there are no others. settings [2] = k, temperature
  lp = torch.log_softmax(torch.div(t, float(settings[1])), -1)
  (values, likeliest) = torch.topk(lp, int(settings[0]))
  (ids, order) = torch.sort(likeliest, -1)
  known = values.gather(1, order)
  if ids.size(1) < t.size(1):
    others = torch.logsumexp(lp.scatter(1, ids, float('-inf')), [1], True)
    known = torch.cat([known, others], 1)
  return [ids, known]

def topk_forward_backward(z: Tensor, ids: Tensor, lp: Tensor, beta: float, temperature: float) -> Tuple[Tensor, Tensor]:
  # As forward_backward where of the teacher is known what topk gives: all other tokens are one class for both.
  s = torch.div(z, temperature)
  k = ids.size(1)
  y = s.gather(1, ids)
  if lp.size(1) == k:
    (loss, gy) = __torch__.distillation.forward_backward(y, lp, beta, 1.)
    gz = torch.zeros_like(s).scatter_(1, ids, gy)
  else:
    others = s.scatter_(1, ids, float('-inf'))
    rest = torch.logsumexp(others, [1], True)
    (loss, gy) = __torch__.distillation.forward_backward(torch.cat([y, rest], 1), lp, beta, 1.)
    gz = others.sub_(rest).exp_().mul_(gy.narrow(1, k, 1)).scatter_(1, ids, gy.narrow(1, 0, k))
  return (loss, gz.div_(temperature))

def combined(z: Tensor, t: List[Tensor], y: Tensor, weight: Tensor, settings: Tensor) -> List[Tensor]:
  # t: the teacher's scores, or what topk gives. settings [4] = beta, temperature, share of the distance in the loss, factor
  # on the distance; the rest of the loss is the cross entropy of the labels y. weight [C]: what each token's gradient is
  # multiplied with. Uses z up.
  share = float(settings[2])
  factor = share * float(settings[3])
  if len(t) == 2:
    (loss, gz) = __torch__.distillation.topk_forward_backward(z, t[0], t[1], float(settings[0]), float(settings[1]))
  else:
    (loss, gz) = __torch__.distillation.forward_backward(z, t[0], float(settings[0]), float(settings[1]))
  loss = loss.mul_(factor)
  gz = gz.mul_(weight.to(ops.prim.dtype(gz)).unsqueeze(1).mul(factor))
  if share != 1.:
    (hard, gh) = __torch__.cross_entropy.forward_backward(z, y, weight.mul(1. - share), 0.)
    loss = loss.add_(hard, alpha=1. - share)
    gz = gz.add_(gh)
  return [loss, gz]
