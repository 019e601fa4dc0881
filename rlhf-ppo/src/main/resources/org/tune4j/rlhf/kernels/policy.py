# What a policy says of a chunk of tokens: their log-probabilities at a temperature, and how spread its choice was.
# Shapes: z, lp, p [C, V]   y int64, logp, entropy, gl, ge [C]     C tokens of the chunk, V vocabulary; nats

def said(z: Tensor, y: Tensor, temperature: Tensor) -> List[Tensor]:
  # -> [log-probabilities of all tokens, in the memory of the scores z; of those that were said; entropy]
  s = z.div_(float(temperature))
  lp = torch.log_softmax(s, -1, out=s)
  logp = lp.gather(1, y.unsqueeze(1)).squeeze(1)
  entropy = torch.mul(torch.exp(lp), lp).nan_to_num_(0.).sum([-1]).neg_()
  return [lp, logp, entropy]

def gradient(lp: Tensor, y: Tensor, entropy: Tensor, gl: Tensor, ge: Tensor, temperature: Tensor) -> Tensor:
  # of gl logp + ge entropy with respect to the scores, in the memory of lp:
  #   d logp / dz = (onehot(y) - p) / T      d entropy / dz = -p (lp + entropy) / T
  d = ops.prim.dtype(lp)
  l = gl.to(d).unsqueeze(1)
  e = ge.to(d).unsqueeze(1)
  p = torch.exp(lp)
  factor = lp.add_(entropy.unsqueeze(1)).mul_(e).add_(l).neg_()
  # A token that cannot be said has p = 0 and log-probability minus infinity.
  factor.masked_fill_(p.eq(0.), 0.)
  g = factor.mul_(p)
  g.scatter_add_(1, y.unsqueeze(1), l)
  return g.div_(float(temperature))
