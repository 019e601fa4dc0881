# How far the vectors between a student's blocks lie from its teacher's, and the gradient with respect to the student's.
# Shapes: s [C, S]   t [C, T]   w, gw [T, S]   weight, loss [C]   h, gh [N, S]     C tokens of N, S and T numbers of a vector

def cosine_forward_backward(s: Tensor, t: Tensor) -> Tuple[Tensor, Tensor]:
  # DistilBERT (Sanh et al., 2019): 1 - cos(s, t), as torch's cosine_embedding_loss of a target of 1; S = T
  ss = torch.sum(torch.mul(s, s), [1], True).add_(1e-12)
  tt = torch.sum(torch.mul(t, t), [1], True).add_(1e-12)
  r = torch.rsqrt(torch.mul(ss, tt))
  cosine = torch.sum(torch.mul(s, t), [1], True).mul_(r)
  gs = torch.mul(s, torch.div(cosine, ss)).sub_(torch.mul(t, r))
  return (torch.neg(cosine).add_(1.).squeeze(1), gs)

def mse_forward_backward(s: Tensor, t: Tensor, w: Tensor, weight: Tensor, gw: Tensor) -> Tuple[Tensor, Tensor]:
  # TinyBERT (Jiao et al., 2020, eq. 8): mean over a vector's numbers of (s W^T - t)^2. Adds to gw what weight [C, 1] makes
  # of it; the gradient with respect to s is without weight
  d = torch.linear(s, w).sub_(t)
  loss = torch.mean(torch.mul(d, d), [1])
  d.mul_(2. / float(t.size(1)))
  gw.add_(torch.mm(torch.mul(d, weight).t(), s))
  return (loss, torch.mm(d, w))

def match(h: Tensor, rows: Tensor, taught: Tensor, weight: Tensor, projection: List[Tensor], gh: Tensor) -> Tensor:
  # Losses of rows of h. With a projection [w, gw] that of TinyBERT, else ([] is no argument: one tensor) that of DistilBERT.
  # Adds to rows of gh and to gw the gradients times weight [C].
  d = 7 if ops.prim.dtype(h) == 7 else 6
  s = h.index_select(0, rows).to(d)
  t = taught.index_select(0, rows).to(d)
  by = weight.to(d).unsqueeze(1)
  if len(projection) == 2:
    (loss, gs) = __torch__.hidden_match.mse_forward_backward(s, t, projection[0].to(d), by, projection[1])
  else:
    (loss, gs) = __torch__.hidden_match.cosine_forward_backward(s, t)
  gh.index_add_(0, rows, gs.mul_(by).to(ops.prim.dtype(gh)))
  return loss
