# LoHa at a linear group (Hyeon-Woo et al., 2022): for each adapted layer i of the group, with * number by number,
#   y_i = W x + bias + s_i ((C D) * (E F)) x
# Shapes: x [N, I]   y [N, O]   p = [C_1 [O_1, r], D_1 [r, I], E_1 [O_1, r], F_1 [r, I], C_2, ...]
# (C D) * (E F) is itself a product L R of rank r r, with L[o, jk] = C[o, j] E[o, k] and R[jk, i] = D[j, i] F[k, i], so the
# update is two thin products; where these would cost more than one with the whole update, that is made instead.

def thin(c: Tensor, d: Tensor) -> bool:
  r = c.size(1)
  return r * r * (c.size(0) + d.size(1)) < c.size(0) * d.size(1)

def left(c: Tensor, e: Tensor) -> Tensor:
  return torch.mul(c.unsqueeze(2), e.unsqueeze(1)).view([c.size(0), c.size(1) * c.size(1)])

def right(d: Tensor, f: Tensor) -> Tensor:
  return torch.mul(d.unsqueeze(1), f.unsqueeze(0)).view([d.size(0) * d.size(0), d.size(1)])

def update(c: Tensor, d: Tensor, e: Tensor, f: Tensor) -> Tensor:
  return torch.mm(c, d).mul_(torch.mm(e, f))

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], scaling: List[float], rank_dropout: float, module_dropout: float, seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  y = __torch__.linear.forward(x, w)
  for i in range(len(starts)):
    c, d, e, f = p[4 * i], p[4 * i + 1], p[4 * i + 2], p[4 * i + 3]
    count = ends[i] - starts[i]
    keeps = __torch__.lycoris.kept(count, x, rank_dropout, True, module_dropout, seed, i)
    if __torch__.loha.thin(c, d):
      z = torch.mm(torch.mm(x, __torch__.loha.right(d, f).t()), __torch__.loha.left(c, e).t())
    else:
      z = torch.mm(x, __torch__.loha.update(c, d, e, f).t())
    yi = y.narrow(1, starts[i], count).add_(__torch__.lycoris.of(z, keeps), alpha=scaling[i])
  return (y, annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], scaling: List[float], rank_dropout: float, module_dropout: float, seed: Tensor) -> Tensor:
  gx = __torch__.linear.input_gradient(gy, w)
  for i in range(len(starts)):
    c, d, e, f = p[4 * i], p[4 * i + 1], p[4 * i + 2], p[4 * i + 3]
    count = ends[i] - starts[i]
    keeps = __torch__.lycoris.kept(count, x, rank_dropout, True, module_dropout, seed, i)
    gz = __torch__.lycoris.of(gy.narrow(1, starts[i], count), keeps)
    if __torch__.loha.thin(c, d):
      r = c.size(1)
      lower = __torch__.loha.right(d, f)
      gt = torch.mm(gz, __torch__.loha.left(c, e)).mul_(scaling[i])
      gl = torch.mm(gz.t(), torch.mm(x, lower.t())).view([count, r, r]).to(ops.prim.dtype(g[4 * i])).mul_(scaling[i])
      gr = torch.mm(gt.t(), x).view([r, r, d.size(1)]).to(ops.prim.dtype(g[4 * i]))
      gc = g[4 * i].add_(torch.mul(gl, e.unsqueeze(1)).sum([2]))
      ge = g[4 * i + 2].add_(torch.mul(gl, c.unsqueeze(2)).sum([1]))
      gd = g[4 * i + 1].add_(torch.mul(gr, f.unsqueeze(0)).sum([1]))
      gf = g[4 * i + 3].add_(torch.mul(gr, d.unsqueeze(1)).sum([0]))
      gx = gx.addmm_(gt, lower)
    else:
      one = torch.mm(c, d)
      other = torch.mm(e, f)
      gu = torch.mm(gz.t(), x).mul_(scaling[i])
      g1 = torch.mul(gu, other)
      g2 = gu.mul_(one)
      gc = g[4 * i].add_(torch.mm(g1, d.t()))
      gd = g[4 * i + 1].add_(torch.mm(c.t(), g1))
      ge = g[4 * i + 2].add_(torch.mm(g2, f.t()))
      gf = g[4 * i + 3].add_(torch.mm(e.t(), g2))
      gx = gx.addmm_(gz, one.mul_(other), alpha=scaling[i])
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], scaling: List[float], rank_dropout: float, module_dropout: float) -> List[Tensor]:
  # in place
  for i in range(len(starts)):
    u = __torch__.loha.update(p[4 * i], p[4 * i + 1], p[4 * i + 2], p[4 * i + 3])
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i]).add_(u, alpha=scaling[i])
  return w
