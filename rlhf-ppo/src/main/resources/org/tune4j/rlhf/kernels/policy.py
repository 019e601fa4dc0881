# What a policy says of a chunk of tokens: their log-probabilities at a temperature, and how spread its choice was.
# Shapes: z, lp, p [C, V]   y int64, logp, entropy, gl, ge [C]     C tokens of the chunk, V vocabulary; nats
#
# There are as many numbers as C x V, so what is done is counted in passes over them.

def said(z: Tensor, y: Tensor, temperature: Tensor) -> List[Tensor]:
  # -> [log-probabilities of all tokens, in the memory of the scores z; of those that were said; entropy; probabilities]
  t = float(temperature)
  if t != 1.:
    z.div_(t)
  lp = torch.log_softmax(z, -1, out=z)
  logp = lp.gather(1, y.unsqueeze(1)).squeeze(1)
  p = torch.exp(lp)
  entropy = torch.bmm(p.unsqueeze(1), lp.unsqueeze(2)).view([z.size(0)]).neg_()
  if bool(torch.isnan(entropy).any()):
    # A token that cannot be said has p = 0 and log-probability minus infinity.
    entropy = torch.mul(p, lp).nan_to_num_(0.).sum([-1]).neg_()
  return [lp, logp, entropy, p]

def gradient(lp: Tensor, p: Tensor, y: Tensor, entropy: Tensor, gl: Tensor, ge: Tensor, temperature: Tensor) -> Tensor:
  # of gl logp + ge entropy with respect to the scores, in the memory of p:
  #   d logp / dz = (onehot(y) - p) / T      d entropy / dz = -p (lp + entropy) / T
  d = ops.prim.dtype(lp)
  l = gl.to(d).div(float(temperature)).unsqueeze(1)
  e = ge.to(d).div(float(temperature)).unsqueeze(1)
  if bool(e.any()):
    factor = lp.add_(entropy.unsqueeze(1)).mul_(e).add_(l).neg_()
    factor.masked_fill_(p.eq(0.), 0.)
    p.mul_(factor)
  else:
    p.mul_(torch.neg(l))
  return p.scatter_add_(1, y.unsqueeze(1), l)
