# HRA at a linear group (Yuan et al., 2024): each adapted layer i of the group reads x reflected r times, u of length 1,
#   y_i = W P_i x + bias     P_i = (1 - 2 u_1 u_1^T) ... (1 - 2 u_r u_r^T) = 1 - U T U^T
# T = (1/2 + what stands above the diagonal of U^T U)^-1: the compact WY form (Joffrain et al., 2006), thin products in place of r
# passes over x.
# Shapes: x [N, I]   y [N, O]   p = [a_1 [I, r], ..., a_L, then derived: U_1 [I, r], T_1 [r, r], k_1 [r], U_2, ...], these in at
# least fp32, with a = U k: k the lengths of a's columns; a column of zeros reflects nothing

def lengths(a: Tensor) -> Tensor:
  return torch.linalg_vector_norm(a, 2., [0]).clamp_min_(1e-30)

def triangle(u: Tensor) -> Tensor:
  half = torch.eye(u.size(1), dtype=ops.prim.dtype(u), device=ops.prim.device(u)).mul_(0.5)
  return torch.inverse(half.add_(torch.triu(torch.mm(u.t(), u), 1)))

def derive(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int]) -> List[Tensor]:
  all = annotate(List[Tensor], [])
  for a in p:
    k = __torch__.hra.lengths(a)
    u = torch.div(a, k)
    all.append(u)
    all.append(__torch__.hra.triangle(u))
    all.append(k)
  return all

def forward(x: Tensor, w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int], seed: Tensor) -> Tuple[Tensor, List[Tensor]]:
  xs = annotate(List[Tensor], [])
  for i in range(len(starts)):
    at = len(starts) + 3 * i
    u = p[at].to(ops.prim.dtype(x))
    v = torch.mm(torch.mm(x, u), p[at + 1].t().to(ops.prim.dtype(x)))
    xs.append(torch.addmm(x, v, u.t(), alpha=-1.))
  return (__torch__.other_inputs.forward(x, xs, w, starts, ends), annotate(List[Tensor], []))

def backward(gy: Tensor, x: Tensor, w: List[Tensor], p: List[Tensor], g: List[Tensor], saved: List[Tensor], starts: List[int], ends: List[int], seed: Tensor) -> Tensor:
  gx = __torch__.other_inputs.rest_gradient(gy, x, w, starts, ends)
  for i in range(len(starts)):
    at = len(starts) + 3 * i
    wide = ops.prim.dtype(g[i])
    exact, triangle, k = p[at].to(wide), p[at + 1].to(wide), p[at + 2].to(wide)
    u = exact.to(ops.prim.dtype(x))
    gr = __torch__.other_inputs.gradient(gy, w, starts[i], ends[i])
    z = torch.mm(x, u)
    v = torch.mm(z, p[at + 1].t().to(ops.prim.dtype(x)))
    gv = torch.mm(gr, u).neg_()
    gz = torch.mm(gv, p[at + 1].to(ops.prim.dtype(x)))
    gu = torch.mm(x.t(), gz).to(wide).sub_(torch.mm(gr.t(), v))
    gt = torch.mm(gv.t(), z).to(wide)
    ga = torch.triu(torch.mm(torch.mm(triangle.t(), gt), triangle.t()).neg_(), 1)
    gu = gu.addmm_(exact, torch.add(ga, ga.t()))
    along = torch.sum(torch.mul(exact, gu), [0])
    added = g[i].add_(gu.sub_(torch.mul(exact, along)).div_(k))
    gx = gx.add_(gr).addmm_(gz, u.t())
  return gx

def merge(w: List[Tensor], p: List[Tensor], starts: List[int], ends: List[int]) -> List[Tensor]:
  # W_i P_i, in place
  for i in range(len(starts)):
    rows = w[0].narrow(0, starts[i], ends[i] - starts[i])
    u = torch.div(p[i], __torch__.hra.lengths(p[i]))
    reflected = rows.sub_(torch.mm(torch.mm(torch.mm(rows, u), __torch__.hra.triangle(u)), u.t()))
  return w
