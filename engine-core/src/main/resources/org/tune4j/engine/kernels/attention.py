# Softmax attention over a flat batch of documents that never see each other.
# Shapes: q [N, H, D]   k [N, K, D]   v [N, K, E]   o [N, H, E]
#   N tokens, H query heads, K key/value heads (H a multiple of K), D size of a query, E of a value
# The rule: scale on the scores; causal; window: a token sees the last so many, itself included (0: all); cap: scores
# become cap * tanh(score / cap) (0: they do not; Gemma 2).
#
# Documents lie one after the other, longest first, in groups of similar length. A group of B documents of at most T
# tokens is attended as one padded block [B, heads, T, D]: padding stands on the right, so the causal rule hides it from
# every real token, and only where a token sees what follows is a mask of it needed. groups = [rows [B, T], slots [n]] for each group:
#   rows   for each padded place the token (counted from the start of the group); padding repeats some token
#   slots  for each of the n tokens of the group its padded place
#
# Scores are taken for a strip of query rows at a time, against the keys that the strip can see. So about half of the
# scores are never computed, and what is held is [B, H, strip, T], never [T, T]. On a CPU this is faster than the flash
# kernel in both directions, and half of its backward time in bf16. The query heads that share a key head stand one below
# the other, so that keys are never copied.
#
# prefix: [] or [keys [P, K, D], values [P, K, E]] that stand before every document and are seen as if they were its first
# tokens; gprefix: [] or what their gradients are added to, in the type of sums.

def strip() -> int:
  return 128

def padded(x: Tensor, rows: Tensor, slots: Tensor) -> Tensor:
  # [n, heads, D] -> [B, heads, T, D]
  b = rows.size(0)
  t = rows.size(1)
  if slots.size(0) == b * t:
    return x.view([b, t, x.size(1), x.size(2)]).transpose(1, 2)
  return x.index_select(0, rows.view([-1])).view([b, t, x.size(1), x.size(2)]).transpose(1, 2)

def padded_gradient(g: Tensor, rows: Tensor, slots: Tensor) -> Tensor:
  # As padded, with zeros at the padding: a padded query must not send a gradient to any key.
  b = rows.size(0)
  t = rows.size(1)
  if slots.size(0) == b * t:
    return g.view([b, t, g.size(1), g.size(2)]).transpose(1, 2)
  z = torch.zeros([b * t, g.size(1), g.size(2)], dtype=ops.prim.dtype(g), device=ops.prim.device(g))
  return z.index_copy_(0, slots, g).view([b, t, g.size(1), g.size(2)]).transpose(1, 2)

def flat(x: Tensor, rows: Tensor, slots: Tensor) -> Tensor:
  # [B, heads, T, D] -> [n, heads, D]
  y = x.transpose(1, 2).reshape([rows.size(0) * rows.size(1), x.size(1), x.size(3)])
  if slots.size(0) == y.size(0):
    return y
  return y.index_select(0, slots)

def joined(prefix: List[Tensor], which: int, x: Tensor, b: int) -> Tensor:
  # [B K, T, D] -> [B K, P + T, D]
  if len(prefix) == 0:
    return x
  p = prefix[which].transpose(0, 1).unsqueeze(0)
  return torch.cat([p.expand([b, p.size(1), p.size(2), p.size(3)]).reshape([x.size(0), p.size(2), p.size(3)]), x], 1)

def parted(gprefix: List[Tensor], which: int, g: Tensor, b: int) -> Tensor:
  # The way back from joined: adds the part of the prefix up, and returns [B, K, T, D].
  gs = g.unflatten(0, [b, g.size(0) // b])
  if len(gprefix) == 0:
    return gs
  p = gprefix[which].size(0)
  added = gprefix[which].add_(gs.narrow(2, 0, p).sum([0], dtype=ops.prim.dtype(gprefix[which])).transpose(0, 1))
  return gs.narrow(2, p, gs.size(2) - p)

def folded(x: Tensor, k: int, first: int, count: int) -> Tensor:
  # rows first .. first + count of [B, H, T, D] -> [B K, H/K count, D]
  return x.narrow(2, first, count).reshape([x.size(0) * k, x.size(1) // k * count, x.size(3)])

def unfolded(x: Tensor, b: int, count: int) -> Tensor:
  # [B K, G count, D] -> [B, K G, count, D]
  return x.view([b, x.size(0) // b * (x.size(1) // count), count, x.size(2)])

def first_key(first: int, window: int) -> int:
  # the first key that a strip sees whose first query is that
  return max(0, first - window + 1) if window > 0 else 0

def hidden(q: Tensor, first: int, count: int, low: int, end: int, causal: bool, window: int) -> Tensor:
  # [count, end - low]: -inf where query first + i does not see key low + j
  h = torch.full([count, end - low], float('-inf'), dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  if window > 0:
    return torch.add(torch.triu(h, 1 + first - low), torch.tril(h, first - low - window))
  return h.triu_(1 + first - low) if causal else h.zero_()

def padding(rows: Tensor, slots: Tensor, before: int, causal: bool, like: Tensor) -> Tensor:
  # [B, 1, 1, P + T]: -inf at padded places; [0] where nothing sees them
  if causal or slots.size(0) == rows.size(0) * rows.size(1):
    return torch.zeros([0], dtype=ops.prim.dtype(like), device=ops.prim.device(like))
  p = torch.full([rows.size(0) * rows.size(1)], float('-inf'), dtype=ops.prim.dtype(like), device=ops.prim.device(like))
  p = p.index_fill_(0, slots, 0.).view([rows.size(0), 1, 1, rows.size(1)])
  return p if before == 0 else torch.constant_pad_nd(p, [before, 0], 0)

def scores(q: Tensor, k: Tensor, cap: float) -> Tensor:
  s = torch.bmm(q, k.transpose(1, 2))
  return torch.div(s, cap).tanh_().mul_(cap) if cap > 0. else s

def probabilities(q: Tensor, k: Tensor, hidden: Tensor, padding: Tensor, cap: float) -> Tensor:
  # q [B K, G count, D], scaled; k [B K, keys, D]; hidden [count, keys] -> [B K, G count, keys]
  s = __torch__.attention.scores(q, k, cap)
  s.view([-1, hidden.size(0), hidden.size(1)]).add_(hidden)
  if padding.size(0) > 0:
    s.view([padding.size(0), -1, s.size(1), s.size(2)]).add_(padding)
  return torch.softmax(s, -1)

def strips(q: Tensor, k: Tensor, v: Tensor, padding: Tensor, causal: bool, window: int, cap: float, keep: bool) -> Tuple[Tensor, List[Tensor]]:
  # q [B, H, T, D], scaled; k [B K, L, D], v [B K, L, E] of which the last T belong to the queries -> [B, H, T, E], and the
  # probabilities of each strip where they are kept
  b = q.size(0)
  heads = k.size(0) // b
  t = q.size(2)
  before = k.size(1) - t
  o = torch.empty([b, q.size(1), t, v.size(2)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  kept = annotate(List[Tensor], [])
  first = 0
  while first < t:
    count = min(__torch__.attention.strip(), t - first)
    low = __torch__.attention.first_key(before + first, window)
    end = before + (first + count if causal else t)
    hide = __torch__.attention.hidden(q, before + first, count, low, end, causal, window)
    p = __torch__.attention.probabilities(__torch__.attention.folded(q, heads, first, count), k.narrow(1, low, end - low), hide, padding, cap)
    o.narrow(2, first, count).copy_(__torch__.attention.unfolded(torch.bmm(p, v.narrow(1, low, end - low)), b, count))
    if keep:
      kept.append(p)
    first = first + count
  return (o, kept)

def forward(q: Tensor, k: Tensor, v: Tensor, prefix: List[Tensor], groups: List[Tensor], scale: float, causal: bool, window: int, cap: float, keep: bool) -> Tuple[Tensor, List[Tensor]]:
  # keep: whether to return the probabilities, which backward then need not compute again
  o = torch.empty([q.size(0), q.size(1), v.size(2)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  kept = annotate(List[Tensor], [])
  heads = k.size(1)
  start = 0
  for i in range(len(groups) // 2):
    rows = groups[2 * i]
    slots = groups[2 * i + 1]
    n = slots.size(0)
    b = rows.size(0)
    t = rows.size(1)
    qp = __torch__.attention.padded(torch.mul(q.narrow(0, start, n), scale), rows, slots)
    kp = __torch__.attention.joined(prefix, 0, __torch__.attention.padded(k.narrow(0, start, n), rows, slots).reshape([b * heads, t, q.size(2)]), b)
    vp = __torch__.attention.joined(prefix, 1, __torch__.attention.padded(v.narrow(0, start, n), rows, slots).reshape([b * heads, t, v.size(2)]), b)
    pad = __torch__.attention.padding(rows, slots, kp.size(1) - t, causal, q)
    op, probabilities = __torch__.attention.strips(qp, kp, vp, pad, causal, window, cap, keep)
    for p in probabilities:
      kept.append(p)
    o.narrow(0, start, n).copy_(__torch__.attention.flat(op, rows, slots))
    start = start + n
  return (o, kept)

def backward(go: Tensor, q: Tensor, k: Tensor, v: Tensor, prefix: List[Tensor], gprefix: List[Tensor], kept: List[Tensor], groups: List[Tensor], scale: float, causal: bool, window: int, cap: float, gq: Tensor, gk: Tensor, gv: Tensor) -> int:
  # writes into gq, gk, gv; kept: the probabilities, or empty
  heads = k.size(1)
  start = 0
  at = 0
  for i in range(len(groups) // 2):
    rows = groups[2 * i]
    slots = groups[2 * i + 1]
    n = slots.size(0)
    b = rows.size(0)
    t = rows.size(1)
    qp = __torch__.attention.padded(torch.mul(q.narrow(0, start, n), scale), rows, slots)
    kp = __torch__.attention.joined(prefix, 0, __torch__.attention.padded(k.narrow(0, start, n), rows, slots).reshape([b * heads, t, q.size(2)]), b)
    vp = __torch__.attention.joined(prefix, 1, __torch__.attention.padded(v.narrow(0, start, n), rows, slots).reshape([b * heads, t, v.size(2)]), b)
    before = kp.size(1) - t
    gp = __torch__.attention.padded_gradient(go.narrow(0, start, n), rows, slots)
    gqp = torch.empty([b, q.size(1), t, q.size(2)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
    gkp = torch.zeros_like(kp)
    gvp = torch.zeros_like(vp)
    pad = __torch__.attention.padding(rows, slots, before, causal, q)
    first = 0
    while first < t:
      count = min(__torch__.attention.strip(), t - first)
      low = __torch__.attention.first_key(before + first, window)
      end = before + (first + count if causal else t)
      qf = __torch__.attention.folded(qp, heads, first, count)
      gf = __torch__.attention.folded(gp, heads, first, count)
      ks = kp.narrow(1, low, end - low)
      if len(kept) > 0:
        p = kept[at]
      else:
        hide = __torch__.attention.hidden(q, before + first, count, low, end, causal, window)
        p = __torch__.attention.probabilities(qf, ks, hide, pad, cap)
      at = at + 1
      gvp.narrow(1, low, end - low).add_(torch.bmm(p.transpose(1, 2), gf))
      gs = torch._softmax_backward_data(torch.bmm(gf, vp.narrow(1, low, end - low).transpose(1, 2)), p, -1, ops.prim.dtype(p))
      if cap > 0.:
        gs = torch.tanh_backward(gs, __torch__.attention.scores(qf, ks, cap).div_(cap))
      gkp.narrow(1, low, end - low).add_(torch.bmm(gs.transpose(1, 2), qf))
      gqp.narrow(2, first, count).copy_(__torch__.attention.unfolded(torch.bmm(gs, ks), b, count))
      first = first + count
    torch.mul(__torch__.attention.flat(gqp, rows, slots), scale, out=gq.narrow(0, start, n))
    gk.narrow(0, start, n).copy_(__torch__.attention.flat(__torch__.attention.parted(gprefix, 0, gkp, b), rows, slots))
    gv.narrow(0, start, n).copy_(__torch__.attention.flat(__torch__.attention.parted(gprefix, 1, gvp, b), rows, slots))
    start = start + n
  return start
