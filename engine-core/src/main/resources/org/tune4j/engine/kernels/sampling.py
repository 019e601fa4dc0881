# The next token of each row, chosen from its scores.
# Shapes: z [B, V] scores   w, c [B, V] fp64   u [B] fp64 in [0, 1)   history [B, S] ids of prompt and answer, or [B, 0]
#   B rows, V vocabulary, S places; every row is computed for itself alone
# settings [5] fp64: repetition penalty, temperature (0: greedy), top k (0: all), top p, min p (0: all)
#
# Filters and their order are those of transformers' generate: penalty, temperature, top k (Fan et al., 2018), top p
# (Holtzman et al., 2020), min p (Nguyen et al., 2024). Tokens with equal scores share their fate at the edge of a filter.
# Sampling inverts the cumulative distribution, in vocabulary order, at the row's uniform number u.

def choose(z: Tensor, history: Tensor, u: Tensor, settings: Tensor) -> List[Tensor]:
  # -> [chosen ids [B] int64, their log-probabilities under z itself [B] fp64]
  s = __torch__.sampling.penalised(z, history, float(settings[0]))
  temperature = float(settings[1])
  if temperature == 0.:
    chosen = torch.argmax(s, -1)
  else:
    w = __torch__.sampling.weights(s, temperature, int(settings[2]), float(settings[3]), float(settings[4]))
    chosen = __torch__.sampling.inverse(w, u)
  score = z.gather(1, chosen.unsqueeze(1)).squeeze(1)
  return [chosen, score.sub(torch.logsumexp(z, [-1])).to(7)]

def penalised(z: Tensor, history: Tensor, penalty: float) -> Tensor:
  # Keskar et al., 2019: once for each token that occurs, however often
  # In fp64, for a low temperature enlarges every rounding.
  if history.size(1) == 0:
    return z
  d = z.to(7)
  s = d.gather(1, history)
  return d.scatter(1, history, torch.where(s.lt(0.), s.mul(penalty), s.div(penalty)))

def weights(s: Tensor, temperature: float, k: int, p: float, least_share: float) -> Tensor:
  # probabilities but for a factor; 0 for what the filters remove
  s = s.to(7)
  if k > 0 and k < s.size(1):
    least = torch.topk(s, k)[0].narrow(1, k - 1, 1)
    s = s.masked_fill(s.lt(least), float('-inf'))
  w = s.sub(s.amax([-1], True)).div_(temperature).exp_()
  if p < 1.:
    w.masked_fill_(w.lt(__torch__.sampling.nucleus(w, p)), 0.)
  if least_share > 0.:
    # the best token's weight is 1
    w.masked_fill_(w.lt(least_share), 0.)
  return w

def nucleus(w: Tensor, p: float) -> Tensor:
  # [B, 1] the smallest weight that is kept: tokens are kept, the heaviest first, until their share reaches p
  wanted = w.sum([-1], True).mul_(p)
  best = torch.topk(w, min(256, w.size(1)))[0]
  reached = torch.cumsum(best, -1)
  if bool(reached.narrow(1, best.size(1) - 1, 1).lt(wanted).any()):
    best = torch.sort(w, -1, True)[0]
    reached = torch.cumsum(best, -1)
  last = reached.lt(wanted).sum([-1], True).clamp_max(best.size(1) - 1)
  return best.gather(1, last)

def inverse(w: Tensor, u: Tensor) -> Tensor:
  c = torch.cumsum(w, -1)
  v = w.size(1)
  at = c.narrow(1, v - 1, 1).mul(u.unsqueeze(1))
  return torch.searchsorted(c, at, right=True).squeeze(1).clamp_max(v - 1)

def candidates(z: Tensor, sums: Tensor, rows: int, count: int) -> List[Tensor]:
  # sums [B] fp64, rows in a row belong together -> of each such group the count best sums with one token more
  # [B / rows, count] fp64, and where they stand among rows * V
  s = torch.log_softmax(z, -1).to(7).add_(sums.unsqueeze(1)).view([z.size(0) // rows, rows * z.size(1)])
  best, at = torch.topk(s, count)
  return [best, at]
