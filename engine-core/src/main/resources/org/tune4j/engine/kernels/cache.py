# Key/value cache of generation and attention of one new token a row.
# Shapes: cache [R, K, S, D]   x [N, K, D]   places [N]   q, o [B, H, D]   positions [B]   hidden [B, L] bool
#   R rows there is room for, B <= R rows in use (the first ones), K key/value heads, S places, D head size, H query heads,
#   L places in use; places = row * K * S + position

def store(cache: Tensor, places: Tensor, x: Tensor) -> Tensor:
  s = cache.size(2)
  heads = torch.arange(0, cache.size(1), dtype=4, device=ops.prim.device(places)).mul_(s)
  at = places.unsqueeze(1).add(heads).view([-1])
  return cache.view([-1, cache.size(3)]).index_copy_(0, at, x.reshape([-1, x.size(2)]))

def store_prefix(cache: Tensor, x: Tensor) -> Tensor:
  # x [P, K, D] as the first tokens of every row
  return cache.narrow(2, 0, x.size(0)).copy_(x.transpose(0, 1))

def next_places(positions: Tensor, cache: Tensor) -> Tensor:
  # [B K]: where the next token's head stands in [R K S, D], the same for all blocks
  s = cache.size(2)
  rows = torch.arange(0, positions.size(0), dtype=4, device=ops.prim.device(positions)).mul_(cache.size(1) * s).add_(positions)
  heads = torch.arange(0, cache.size(1), dtype=4, device=ops.prim.device(positions)).mul_(s)
  return rows.unsqueeze(1).add(heads).view([-1])

def store_next(cache: Tensor, places: Tensor, x: Tensor) -> Tensor:
  return cache.view([-1, cache.size(3)]).index_copy_(0, places, x.reshape([-1, x.size(2)]))

def hidden(positions: Tensor) -> Tensor:
  # true where a row has no token yet, this step's token counted in
  used = torch.arange(0, int(positions.max()) + 1, dtype=4, device=ops.prim.device(positions))
  return used.unsqueeze(0).gt(positions.unsqueeze(1))

def mask(hidden: Tensor, like: Tensor) -> Tensor:
  # [B, 1, 1, L]: -inf where hidden; [0] where nothing is
  if not bool(hidden.any()):
    return torch.zeros([0], dtype=ops.prim.dtype(like), device=ops.prim.device(like))
  m = torch.zeros([hidden.size(0), 1, 1, hidden.size(1)], dtype=ops.prim.dtype(like), device=ops.prim.device(like))
  return m.masked_fill_(hidden.unsqueeze(1).unsqueeze(1), float('-inf'))

def unseen(hidden: Tensor, positions: Tensor, window: int) -> Tensor:
  # hidden, and what lies before the window of each row's token
  if window == 0:
    return hidden
  before = torch.arange(0, hidden.size(1), dtype=4, device=ops.prim.device(positions))
  return torch.logical_or(hidden, before.unsqueeze(0).le(positions.sub(window).unsqueeze(1)))

def attend(q: Tensor, keys: Tensor, values: Tensor, hidden: Tensor, positions: Tensor, mask: Tensor, scale: float, causal: bool, window: int, cap: float) -> Tensor:
  # The query heads that share a key head stand as so many tokens of one head: no copy of the keys is needed.
  # mask: that of hidden
  b = q.size(0)
  k = keys.size(1)
  low = max(0, int(positions.min()) - window + 1) if window > 0 else 0
  n = hidden.size(1) - low
  kp = keys.narrow(0, 0, b).narrow(2, low, n)
  vp = values.narrow(0, 0, b).narrow(2, low, n)
  qp = q.reshape([b, k, q.size(1) // k, q.size(2)])
  if ops.prim.is_cuda(q) or cap > 0. or keys.size(3) != values.size(3):
    h = __torch__.cache.unseen(hidden, positions, window).narrow(1, low, n)
    o = __torch__.cache.attend_reference(qp, kp, vp, h, scale, cap)
  else:
    m = mask
    if window > 0:
      m = __torch__.cache.mask(__torch__.cache.unseen(hidden, positions, window).narrow(1, low, n), q)
    if m.size(0) > 0:
      o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qp, kp, vp, 0., False, attn_mask=m, scale=scale)
    else:
      o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qp, kp, vp, 0., False, attn_mask=None, scale=scale)
  return o.reshape([b, q.size(1), values.size(3)])

def attend_reference(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor, scale: float, cap: float) -> Tensor:
  # q [B, K, H/K, D]   k [B, K, L, D]   v [B, K, L, E]
  s = torch.matmul(q, k.transpose(2, 3)).mul_(scale)
  if cap > 0.:
    s.div_(cap).tanh_().mul_(cap)
  s.masked_fill_(hidden.unsqueeze(1).unsqueeze(1), float('-inf'))
  return torch.matmul(torch.softmax(s, -1), v)

def part(cache: Tensor, row: int, rows: int, low: int, end: int) -> Tensor:
  # [rows K, end - low, D], a view of places low .. end of some rows
  return cache.narrow(0, row, rows).narrow(2, low, end - low).reshape([rows * cache.size(1), end - low, cache.size(3)])

def extend(q: Tensor, keys: Tensor, values: Tensor, groups: List[Tensor], past: int, scale: float, causal: bool, window: int, cap: float) -> Tensor:
  # Attention of the next tokens of a prompt, those from position past on of each row, over all that is cached, theirs
  # included: attention.forward (see there for groups) with keys and values that lie in the cache.
  o = torch.empty([q.size(0), q.size(1), values.size(3)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  none = torch.zeros([0], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  low = __torch__.attention.first_key(past, window)
  start = 0
  row = 0
  for i in range(len(groups) // 2):
    rows = groups[2 * i]
    slots = groups[2 * i + 1]
    n = slots.size(0)
    b = rows.size(0)
    end = past + rows.size(1)
    qp = __torch__.attention.padded(torch.mul(q.narrow(0, start, n), scale), rows, slots)
    op, kept = __torch__.attention.strips(qp, __torch__.cache.part(keys, row, b, low, end), __torch__.cache.part(values, row, b, low, end), none, causal, window, cap, False)
    o.narrow(0, start, n).copy_(__torch__.attention.flat(op, rows, slots))
    start = start + n
    row = row + b
  return o

def move(caches: List[Tensor], target: Tensor, source: Tensor) -> Tensor:
  # rows source over rows target, in every cache
  for c in caches:
    c.index_copy_(0, target, c.index_select(0, source))
  return target
