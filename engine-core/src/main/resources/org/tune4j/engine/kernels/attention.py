# Causal softmax attention over a flat batch of documents that never see each other.
# Shapes: q, o [N, H, D]   k, v [N, K, D]     N tokens, H query heads, K key/value heads (H a multiple of K), D head size
#
# Documents lie one after the other, longest first, in groups of similar length. A group of B documents of at most T
# tokens is attended as one padded block [B, heads, T, D]: padding stands on the right, so the causal rule hides it from
# every real token and no mask is needed. groups = [rows [B, T], slots [n]] for each group:
#   rows   for each padded place the token (counted from the start of the group); padding repeats some token
#   slots  for each of the n tokens of the group its padded place
# Short documents are attended with plain matrix products, long ones with the flash kernel (Dao et al., 2022).

def is_short(rows: Tensor) -> bool:
  return rows.size(1) <= 256

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

def repeated(x: Tensor, times: int) -> Tensor:
  # [B, K, T, D] -> [B, H, T, D]; flash without copies of the keys falls to a slow path
  if times == 1:
    return x
  return x.unsqueeze(2).expand([-1, -1, times, -1, -1]).reshape([x.size(0), x.size(1) * times, x.size(2), x.size(3)])

def folded(x: Tensor, k: int) -> Tensor:
  # [B, H, T, D] -> [B K, H/K T, D]: the query heads that share a key head, one below the other
  b = x.size(0)
  g = x.size(1) // k
  return x.reshape([b * k, g * x.size(2), x.size(3)])

def probabilities(q: Tensor, k: Tensor, t: int, scale: float) -> Tensor:
  # q [B K, G T, D], k [B K, T, D] -> [B K, G T, T]
  s = torch.bmm(q, k.transpose(1, 2)).mul_(scale)
  hidden = torch.ones([t, t], dtype=11, device=ops.prim.device(q)).triu_(1)
  s.view([-1, t, t]).masked_fill_(hidden, float('-inf'))
  return torch.softmax(s, -1)

def forward(q: Tensor, k: Tensor, v: Tensor, groups: List[Tensor], scale: float) -> Tuple[Tensor, List[Tensor]]:
  o = torch.empty([q.size(0), q.size(1), q.size(2)], dtype=ops.prim.dtype(q), device=ops.prim.device(q))
  saved = annotate(List[Tensor], [])
  times = q.size(1) // k.size(1)
  start = 0
  for i in range(len(groups) // 2):
    rows = groups[2 * i]
    slots = groups[2 * i + 1]
    n = slots.size(0)
    qp = __torch__.attention.padded(q.narrow(0, start, n), rows, slots)
    kp = __torch__.attention.padded(k.narrow(0, start, n), rows, slots)
    vp = __torch__.attention.padded(v.narrow(0, start, n), rows, slots)
    if __torch__.attention.is_short(rows):
      kf = __torch__.attention.folded(kp, k.size(1))
      p = __torch__.attention.probabilities(__torch__.attention.folded(qp, k.size(1)), kf, rows.size(1), scale)
      op = torch.bmm(p, __torch__.attention.folded(vp, k.size(1))).view([rows.size(0), q.size(1), rows.size(1), q.size(2)])
      o.narrow(0, start, n).copy_(__torch__.attention.flat(op, rows, slots))
    else:
      of, lse = torch._scaled_dot_product_flash_attention_for_cpu(qp, __torch__.attention.repeated(kp, times), __torch__.attention.repeated(vp, times), 0., True, scale=scale)
      o.narrow(0, start, n).copy_(__torch__.attention.flat(of, rows, slots))
      saved.append(lse)
    start = start + n
  return (o, saved)

def backward(go: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, saved: List[Tensor], groups: List[Tensor], scale: float, gq: Tensor, gk: Tensor, gv: Tensor) -> int:
  # writes into gq, gk, gv
  times = q.size(1) // k.size(1)
  start = 0
  flash = 0
  for i in range(len(groups) // 2):
    rows = groups[2 * i]
    slots = groups[2 * i + 1]
    n = slots.size(0)
    b = rows.size(0)
    t = rows.size(1)
    qp = __torch__.attention.padded(q.narrow(0, start, n), rows, slots)
    kp = __torch__.attention.padded(k.narrow(0, start, n), rows, slots)
    vp = __torch__.attention.padded(v.narrow(0, start, n), rows, slots)
    gp = __torch__.attention.padded_gradient(go.narrow(0, start, n), rows, slots)
    if __torch__.attention.is_short(rows):
      qf = __torch__.attention.folded(qp, k.size(1))
      kf = __torch__.attention.folded(kp, k.size(1))
      vf = __torch__.attention.folded(vp, k.size(1))
      gf = __torch__.attention.folded(gp, k.size(1))
      p = __torch__.attention.probabilities(qf, kf, t, scale)
      gvp = torch.bmm(p.transpose(1, 2), gf)
      gs = torch._softmax_backward_data(torch.bmm(gf, vf.transpose(1, 2)), p, -1, ops.prim.dtype(p)).mul_(scale)
      gqp = torch.bmm(gs, kf).view([b, q.size(1), t, q.size(2)])
      gkp = torch.bmm(gs.transpose(1, 2), qf).view([b, k.size(1), t, q.size(2)])
      gq.narrow(0, start, n).copy_(__torch__.attention.flat(gqp, rows, slots))
      gk.narrow(0, start, n).copy_(__torch__.attention.flat(gkp, rows, slots))
      gv.narrow(0, start, n).copy_(__torch__.attention.flat(gvp.view([b, k.size(1), t, q.size(2)]), rows, slots))
    else:
      op = __torch__.attention.padded(o.narrow(0, start, n), rows, slots)
      fq, fk, fv = torch._scaled_dot_product_flash_attention_for_cpu_backward(gp, qp, __torch__.attention.repeated(kp, times), __torch__.attention.repeated(vp, times), op, saved[flash], 0., True, scale=scale)
      flash = flash + 1
      gq.narrow(0, start, n).copy_(__torch__.attention.flat(fq, rows, slots))
      gk.narrow(0, start, n).copy_(__torch__.attention.flat(fk.view([b, k.size(1), times, t, k.size(2)]).sum([2]), rows, slots))
      gv.narrow(0, start, n).copy_(__torch__.attention.flat(fv.view([b, k.size(1), times, t, k.size(2)]).sum([2]), rows, slots))
    start = start + n
  return start
