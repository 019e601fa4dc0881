# Key/value cache of generation and attention of one new token a row.
# Shapes: cache [R, K, S, D]   x [N, K, D]   places [N]   q, o [B, H, D]   positions [B]   hidden [B, L] bool
#   R rows there is room for, B <= R rows in use (the first ones), K key/value heads, S places, D head size, H query heads,
#   L places in use; places = row * K * S + position

def store(cache: Tensor, places: Tensor, x: Tensor) -> Tensor:
  s = cache.size(2)
  heads = torch.arange(0, cache.size(1), dtype=4, device=ops.prim.device(places)).mul_(s)
  at = places.unsqueeze(1).add(heads).view([-1])
  return cache.view([-1, cache.size(3)]).index_copy_(0, at, x.reshape([-1, x.size(2)]))

def places(positions: Tensor, cache: Tensor) -> Tensor:
  rows = torch.arange(0, positions.size(0), dtype=4, device=ops.prim.device(positions))
  return rows.mul_(cache.size(1) * cache.size(2)).add_(positions)

def hidden(positions: Tensor) -> Tensor:
  # true where a row has no token yet, this step's token counted in
  used = torch.arange(0, int(positions.max()) + 1, dtype=4, device=ops.prim.device(positions))
  return used.unsqueeze(0).gt(positions.unsqueeze(1))

def attend(q: Tensor, keys: Tensor, values: Tensor, hidden: Tensor, scale: float) -> Tensor:
  b = q.size(0)
  k = keys.size(1)
  used = hidden.size(1)
  g = q.size(1) // k
  kp = keys.narrow(0, 0, b).view([b * k, keys.size(2), keys.size(3)]).narrow(1, 0, used)
  vp = values.narrow(0, 0, b).view([b * k, values.size(2), values.size(3)]).narrow(1, 0, used)
  s = torch.bmm(q.reshape([b * k, g, q.size(2)]), kp.transpose(1, 2)).mul_(scale)
  if b > 1:
    s.view([b, k * g, used]).masked_fill_(hidden.unsqueeze(1), float('-inf'))
  return torch.bmm(torch.softmax(s, -1), vp).view([b, k * g, q.size(2)])

def move(caches: List[Tensor], target: Tensor, source: Tensor) -> Tensor:
  # rows source over rows target, in every cache
  for c in caches:
    c.index_copy_(0, target, c.index_select(0, source))
  return target
