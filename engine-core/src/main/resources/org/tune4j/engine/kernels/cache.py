# Key/value cache of generation and attention of one new token a row.
# Shapes: cache [B, K, S, D]   x [N, K, D]   places [N]   q, o [B, H, D]   lengths [B]
#   B rows, K key/value heads, S places, D head size, H query heads; places = row * K * S + position

def store(cache: Tensor, places: Tensor, x: Tensor) -> Tensor:
  s = cache.size(2)
  heads = torch.arange(0, cache.size(1), dtype=4, device=ops.prim.device(places)).mul_(s)
  at = places.unsqueeze(1).add(heads).view([-1])
  return cache.view([-1, cache.size(3)]).index_copy_(0, at, x.reshape([-1, x.size(2)]))

def attend(q: Tensor, keys: Tensor, values: Tensor, lengths: Tensor, scale: float) -> Tensor:
  b = q.size(0)
  k = keys.size(1)
  longest = int(lengths.max())
  g = q.size(1) // k
  kp = keys.view([b * k, keys.size(2), keys.size(3)]).narrow(1, 0, longest)
  vp = values.view([b * k, values.size(2), values.size(3)]).narrow(1, 0, longest)
  s = torch.bmm(q.reshape([b * k, g, q.size(2)]), kp.transpose(1, 2)).mul_(scale)
  if b > 1:
    hidden = torch.arange(0, longest, dtype=4, device=ops.prim.device(q)).unsqueeze(0).ge(lengths.unsqueeze(1))
    s.view([b, k * g, longest]).masked_fill_(hidden.unsqueeze(1), float('-inf'))
  return torch.bmm(torch.softmax(s, -1), vp).view([b, k * g, q.size(2)])
