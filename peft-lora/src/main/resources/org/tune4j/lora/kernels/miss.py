# MiSS at a linear group (Kang et al., 2024, once Bone): for each adapted layer i of the group,
#   y_i = W x + bias + fold(dropout(x)) B_i
# fold adds up the numbers of x that are r apart, [N, r]: the update of W is B^T again and again. B may have fewer columns than
# the layer outputs, which are then its columns again and again.
# Shapes: x [N, I]   y [N, O]   p = [B_1 [r, O_1 or a divisor], B_2, ...]. saved: with dropout the mask [N, I].

def fold(x: Tensor, r: int) -> Tensor:
  over = x.size(1) % r
  whole = x.narrow(1, 0, x.size(1) - over).reshape([x.size(0), -1, r]).sum([1])
  if over > 0:
    rest = whole.narrow(1, 0, over).add_(x.narrow(1, x.size(1) - over, over))
  return whole

def unfold(t: Tensor, inputs: int) -> Tensor:
  # the other way: [N, r] again and again
  return t.repeat([1, (inputs + t.size(1) - 1) // t.size(1)]).narrow(1, 0, inputs)

def seen(x: Tensor, mask: List[Tensor], dropout: float) -> Tensor:
  return torch.mul(x, mask[0]).div_(1. - dropout) if len(mask) > 0 else x

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  mask = annotate(List[Tensor], [])
  if dropout > 0. and int(seed) >= 0:
    mask = [__torch__.dropout.mask(x, dropout, seed)]
  d = __torch__.miss.seen(x, mask, dropout)
  for i in range(len(starts)):
    b = p[i]
    z = torch.mm(__torch__.miss.fold(d, b.size(0)), b)
    yi = y.narrow(1, starts[i], ends[i] - starts[i])
    added = yi.add_(z.repeat([1, yi.size(1) // b.size(1)]))
  return (y, mask if len(mask) > 0 or dropout <= 0. else [x])

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], dropout: float, seed: Tensor) -> Tensor:
  gx = __torch__.linear.input_gradient(gy, w)
  mask = saved if dropout > 0. and int(seed) >= 0 else annotate(List[Tensor], [])
  d = __torch__.miss.seen(x, mask, dropout)
  for i in range(len(starts)):
    b = p[i]
    gz = gy.narrow(1, starts[i], ends[i] - starts[i]).reshape([x.size(0), -1, b.size(1)]).sum([1])
    added = g[i].add_(torch.mm(__torch__.miss.fold(d, b.size(0)).t(), gz))
    gd = __torch__.miss.unfold(torch.mm(gz, b.t()), x.size(1))
    gx = gx.add_(__torch__.miss.seen(gd, mask, dropout))
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], dropout: float) -> List[Tensor]:
  # in place
  for i in range(len(starts)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i])
    u = __torch__.miss.unfold(p[i].t(), rows.size(1))
    added = rows.add_(u.repeat([rows.size(0) // u.size(0), 1]))
  return w
