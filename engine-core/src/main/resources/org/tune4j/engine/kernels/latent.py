# Multi-head latent attention (DeepSeek-V2, 2024): keys from latents, and attention over cached latents.
# Shapes: kp [N, H, P] plain parts of keys   kt [N, 1, T] the turned part, which heads share   k [N, H, P + T]
#   q [B, H, P + T]   o [B, H, V]   latents [R, 1, S, L], shared [R, 1, S, T] caches   w [H (P + V), L]   hidden [B, U] bool
#   N tokens, H heads, L size of a latent, B <= R rows in use, S places, U of them in use

def keys(kp: Tensor, kt: Tensor) -> Tensor:
  return torch.cat([kp, kt.expand([kt.size(0), kp.size(1), kt.size(2)])], 2)

def keys_backward(gk: Tensor, gkp: Tensor, gkt: Tensor) -> Tensor:
  # writes into gkp and gkt
  p = gkp.size(2)
  gkp.copy_(gk.narrow(2, 0, p))
  return gkt.copy_(gk.narrow(2, p, gkt.size(2)).sum([1], True))

def cached(latents: Tensor, hidden: Tensor) -> Tensor:
  # [B U, L]
  return latents.narrow(0, 0, hidden.size(0)).select(1, 0).narrow(1, 0, hidden.size(1)).reshape([-1, latents.size(3)])

def shared_keys(shared: Tensor, hidden: Tensor) -> Tensor:
  # [B, U, T]
  return shared.narrow(0, 0, hidden.size(0)).select(1, 0).narrow(1, 0, hidden.size(1))

def probabilities(s: Tensor, hidden: Tensor, scale: float) -> Tensor:
  # s [B, H, U]
  return torch.softmax(s.mul_(scale).masked_fill_(hidden.unsqueeze(1), float('-inf')), -1)

def documents(groups: List[Tensor]) -> int:
  n = 0
  for i in range(len(groups) // 2):
    n = n + groups[2 * i].size(0)
  return n

def absorbed(q: Tensor, w: Tensor, turned: int) -> Tensor:
  # queries of latents [N, H, L + T]: a head's part of w is applied to its query, so that keys are never made
  h = q.size(1)
  p = q.size(2) - turned
  wh = w.view([h, w.size(0) // h, w.size(1)])
  ql = torch.bmm(q.narrow(2, 0, p).transpose(0, 1), wh.narrow(1, 0, p)).transpose(0, 1)
  return torch.cat([ql, q.narrow(2, p, turned)], 2)

def absorbed_keys(latents: Tensor, shared: Tensor, rows: int, used: int) -> Tensor:
  # [B, 1, U, L + T]
  return torch.cat([latents.narrow(0, 0, rows).narrow(2, 0, used), shared.narrow(0, 0, rows).narrow(2, 0, used)], 3)

def released(o: Tensor, w: Tensor, values: int) -> Tensor:
  # what heads gathered of latents [N, H, L] -> [N, H, V]
  h = o.size(1)
  wh = w.view([h, w.size(0) // h, w.size(1)])
  return torch.bmm(o.transpose(0, 1), wh.narrow(1, wh.size(1) - values, values).transpose(1, 2)).transpose(0, 1)

def read(latents: Tensor, rows: int, used: int) -> Tensor:
  # [B U, L]
  return latents.narrow(0, 0, rows).select(1, 0).narrow(1, 0, used).reshape([-1, latents.size(3)])

def expanded_keys(kp: Tensor, shared: Tensor, rows: int, used: int) -> Tensor:
  # kp [B U, H, P] -> [B, H, U, P + T]
  k = kp.view([rows, used, kp.size(1), kp.size(2)]).transpose(1, 2)
  s = shared.narrow(0, 0, rows).narrow(2, 0, used)
  return torch.cat([k, s.expand([rows, kp.size(1), used, s.size(3)])], 3)

def attend(q: Tensor, latents: Tensor, shared: Tensor, w: Tensor, hidden: Tensor, scale: float) -> Tensor:
  # Keys and values are never made: a head's part of w is applied to its query and to what it has gathered instead.
  b = q.size(0)
  h = q.size(1)
  t = shared.size(3)
  p = q.size(2) - t
  wh = w.view([h, w.size(0) // h, w.size(1)])
  cl = __torch__.latent.cached(latents, hidden).view([b, hidden.size(1), latents.size(3)])
  ql = torch.bmm(q.narrow(2, 0, p).transpose(0, 1), wh.narrow(1, 0, p)).transpose(0, 1)
  s = torch.matmul(ql, cl.transpose(1, 2))
  s.add_(torch.matmul(q.narrow(2, p, t), __torch__.latent.shared_keys(shared, hidden).transpose(1, 2)))
  ol = torch.matmul(__torch__.latent.probabilities(s, hidden, scale), cl)
  o = torch.bmm(ol.transpose(0, 1), wh.narrow(1, p, wh.size(1) - p).transpose(1, 2))
  return o.transpose(0, 1).reshape([b, -1])

def attend_expanded(q: Tensor, kp: Tensor, v: Tensor, shared: Tensor, hidden: Tensor, scale: float) -> Tensor:
  # kp [B U, H, P], v [B U, H, V]: made of all latents, where an adapter has its part in them
  b = q.size(0)
  u = hidden.size(1)
  p = kp.size(2)
  k = kp.view([b, u, kp.size(1), p]).permute([0, 2, 3, 1])
  s = torch.matmul(q.narrow(2, 0, p).unsqueeze(2), k).squeeze(2)
  s.add_(torch.matmul(q.narrow(2, p, shared.size(3)), __torch__.latent.shared_keys(shared, hidden).transpose(1, 2)))
  w = __torch__.latent.probabilities(s, hidden, scale).unsqueeze(2)
  return torch.matmul(w, v.view([b, u, v.size(1), v.size(2)]).transpose(1, 2)).reshape([b, -1])
