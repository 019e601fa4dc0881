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
  # The query heads that share a key head stand as so many tokens of one head: no copy of the keys is needed.
  b = q.size(0)
  k = keys.size(1)
  kp = keys.narrow(0, 0, b).narrow(2, 0, hidden.size(1))
  vp = values.narrow(0, 0, b).narrow(2, 0, hidden.size(1))
  qp = q.reshape([b, k, q.size(1) // k, q.size(2)])
  if ops.prim.is_cuda(q):
    o = __torch__.cache.attend_reference(qp, kp, vp, hidden, scale)
  else:
    m = torch.zeros([b, 1, 1, hidden.size(1)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
    m.masked_fill_(hidden.unsqueeze(1).unsqueeze(1), float('-inf'))
    o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qp, kp, vp, 0., False, attn_mask=m, scale=scale)
  return o.reshape([b, q.size(1), q.size(2)])

def attend_reference(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor, scale: float) -> Tensor:
  # q [B, K, H/K, D]   k, v [B, K, L, D]
  s = torch.matmul(q, k.transpose(2, 3)).mul_(scale)
  s.masked_fill_(hidden.unsqueeze(1).unsqueeze(1), float('-inf'))
  return torch.matmul(torch.softmax(s, -1), v)

def move(caches: List[Tensor], target: Tensor, source: Tensor) -> Tensor:
  # rows source over rows target, in every cache
  for c in caches:
    c.index_copy_(0, target, c.index_select(0, source))
  return target
