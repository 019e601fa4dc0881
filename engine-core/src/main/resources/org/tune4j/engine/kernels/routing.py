# Which experts a token is given to, and with what weights.
# Shapes: x [N, D]   w [E, D]   s scores [N, E]   ids, weights [N, C]     N tokens, E experts, C chosen
# Everything in at least fp32: a rounding could choose another expert.
#   softmax: s = softmax(x w^T) (Shazeer et al., 2017)     sigmoid: s = sigmoid(x w^T) (DeepSeek-V3, 2024)

def wide(x: Tensor) -> Tensor:
  return x.to(7 if ops.prim.dtype(x) == 7 else 6)

def all_wide(p: List[Tensor]) -> List[Tensor]:
  q = annotate(List[Tensor], [])
  for i in range(len(p)):
    q.append(__torch__.routing.wide(p[i]))
  return q

def logits(x: Tensor, w: Tensor) -> Tensor:
  return torch.linear(__torch__.routing.wide(x), __torch__.routing.wide(w))

def scores(z: Tensor, sigmoid: bool) -> Tensor:
  return torch.sigmoid(z) if sigmoid else torch.softmax(z, -1)

def choose(s: Tensor, correction: List[Tensor], chosen: int, groups: int, chosen_groups: int) -> Tensor:
  # correction [E]: added to what is chosen by, not to the weights. Of groups, the best are chosen from: a group is as
  # good as its best expert, or, with a correction, its best two together.
  c = s
  if len(correction) > 0:
    c = torch.add(s, correction[0])
  if chosen_groups < groups:
    g = c.view([c.size(0), groups, c.size(1) // groups])
    best = torch.topk(g, 2 if len(correction) > 0 else 1)[0].sum([-1])
    out = torch.ones_like(best).scatter_(1, torch.topk(best, chosen_groups)[1], 0.)
    c = g.masked_fill(out.unsqueeze(2).gt(0.), float('-inf')).view([c.size(0), c.size(1)])
  return torch.topk(c, chosen)[1]

def weights(s: Tensor, ids: Tensor, normalised: bool, scaling: float) -> Tensor:
  w = s.gather(1, ids)
  if normalised:
    w = torch.div(w, w.sum([-1], True).add_(1e-20))
  return torch.mul(w, scaling)

def weights_backward(g: Tensor, s: Tensor, ids: Tensor, normalised: bool, scaling: float) -> Tensor:
  # the choice itself has no gradient
  h = torch.mul(g, scaling)
  if normalised:
    w = s.gather(1, ids)
    total = w.sum([-1], True).add_(1e-20)
    h = h.sub(torch.mul(h, w).sum([-1], True).div_(total)).div_(total)
  return torch.zeros_like(s).scatter_(1, ids, h)

def scores_backward(g: Tensor, s: Tensor, sigmoid: bool) -> Tensor:
  # with respect to x w^T
  return torch.sigmoid_backward(g, s) if sigmoid else torch._softmax_backward_data(g, s, -1, ops.prim.dtype(s))

def input_gradient(gz: Tensor, w: Tensor) -> Tensor:
  return torch.mm(gz, w.to(ops.prim.dtype(gz)))

# Load balancing (Fedus et al., 2021, equations 4-6; transformers' load_balancing_loss_func, all layers as one):
#   loss = E sum over e of f[e] P[e]     f[e]: choices of expert e a token and layer     P[e]: its mean score
# balance [3, E]: of all blocks so far the choices and the summed scores, and the gradient of each score; [0, E] where
# nobody asks. What is counted has no gradient, so a score's is the same for all tokens: scale E f[e] / (tokens layers).

def tally(balance: Tensor, s: Tensor, ids: Tensor) -> Tensor:
  if balance.size(0) > 0:
    n = torch.bincount(ids.reshape([-1]), minlength=s.size(1))
    balance.narrow(0, 0, 2).add_(torch.stack([n.to(ops.prim.dtype(balance)), torch.sum(s, [0])]))
  return balance

def balance_loss(balance: Tensor, chosen: int, scale: float) -> Tensor:
  rows = balance[0].sum().div(chosen)
  share = torch.div(torch.mul(balance[0], balance.size(1)), rows)
  balance[2].copy_(torch.div(torch.mul(share, scale), rows))
  return torch.sum(torch.mul(share, balance[1])).div(rows).reshape([1])

def balanced(g: Tensor, balance: Tensor) -> Tensor:
  # adds what balance_loss wrote to the gradient of the scores
  return g.add_(balance[2]) if balance.size(0) > 0 else g
