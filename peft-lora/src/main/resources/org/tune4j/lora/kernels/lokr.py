# LoKr at a linear group (Yeh et al., 2024): for each adapted layer i of the group, with (x) the Kronecker product,
#   y_i = W x + bias + s_i (C (x) E) x
# C [a, c] is small, E [b, d] large: the layer has a b outputs and c d inputs. Either may be a product of rank r, [a, r] and
# [r, c], or [b, r] and [r, d]. The update is never made: of a token seen as a matrix X [c, d] it gives C X E^T [a, b].
# Shapes: x [N, I]   y [N, O]   p = [C_1 or its two factors, E_1 or its two factors, C_2, ...]

def after(at: int, product: bool) -> int:
  # the place in p behind a matrix or its factors
  return at + (2 if product else 1)

def small(p: List[Tensor], at: int, product: bool) -> Tensor:
  return torch.mm(p[at], p[at + 1]) if product else p[at]

def inner(x: Tensor, p: List[Tensor], at: int, product: bool, c: int) -> Tensor:
  # X, or X F^T where E = D F   [N, c, q]
  tokens = x.reshape([-1, x.size(1) // c])
  t = torch.mm(tokens, p[at + 1].t()) if product else tokens
  return t.view([x.size(0), c, t.size(1)])

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], small_product: List[bool], large_product: List[bool], scaling: List[float], rank_dropout: float, module_dropout: float, scaled: bool, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  at = 0
  for i in range(len(starts)):
    count = ends[i] - starts[i]
    large = __torch__.lokr.after(at, small_product[i])
    c = __torch__.lokr.small(p, at, small_product[i])
    v = torch.matmul(c, __torch__.lokr.inner(x, p, large, large_product[i], c.size(1)))
    z = torch.mm(v.reshape([-1, v.size(2)]), p[large].t()).view([x.size(0), count])
    keeps = __torch__.lycoris.kept(count, x, rank_dropout, scaled, module_dropout, seed, i)
    yi = y.narrow(1, starts[i], count).add_(__torch__.lycoris.of(z, keeps), alpha=scaling[i])
    at = __torch__.lokr.after(large, large_product[i])
  return (y, annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], small_product: List[bool], large_product: List[bool], scaling: List[float], rank_dropout: float, module_dropout: float, scaled: bool, seed: Tensor) -> Tensor:
  gx = __torch__.linear.input_gradient(gy, w)
  at = 0
  for i in range(len(starts)):
    count = ends[i] - starts[i]
    large = __torch__.lokr.after(at, small_product[i])
    c = __torch__.lokr.small(p, at, small_product[i])
    t = __torch__.lokr.inner(x, p, large, large_product[i], c.size(1))
    v = torch.matmul(c, t)
    keeps = __torch__.lycoris.kept(count, x, rank_dropout, scaled, module_dropout, seed, i)
    gz = torch.mul(__torch__.lycoris.of(gy.narrow(1, starts[i], count), keeps), scaling[i]).view([-1, p[large].size(0)])
    gl = g[large].add_(torch.mm(gz.t(), v.reshape([-1, v.size(2)])))
    gv = torch.mm(gz, p[large]).view(v.size())
    # summed over tokens: [a, N q] [N q, c]
    gc = torch.mm(gv.transpose(0, 1).reshape([c.size(0), -1]), t.transpose(0, 1).reshape([c.size(1), -1]).t())
    if small_product[i]:
      gc1 = g[at].add_(torch.mm(gc, p[at + 1].t()))
      gc2 = g[at + 1].add_(torch.mm(p[at].t(), gc))
    else:
      gc1 = g[at].add_(gc)
    gt = torch.matmul(c.t(), gv).reshape([-1, t.size(2)])
    if large_product[i]:
      gl2 = g[large + 1].add_(torch.mm(gt.t(), x.reshape([-1, x.size(1) // c.size(1)])))
      gt = torch.mm(gt, p[large + 1])
    gx = gx.add_(gt.view(x.size()))
    at = __torch__.lokr.after(large, large_product[i])
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], small_product: List[bool], large_product: List[bool], scaling: List[float], rank_dropout: float, module_dropout: float, scaled: bool) -> List[Tensor]:
  # in place
  at = 0
  for i in range(len(starts)):
    large = __torch__.lokr.after(at, small_product[i])
    e = __torch__.lokr.small(p, large, large_product[i])
    u = torch.kron(__torch__.lokr.small(p, at, small_product[i]), e)
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i]).add_(u, alpha=scaling[i])
    at = __torch__.lokr.after(large, large_product[i])
  return w
