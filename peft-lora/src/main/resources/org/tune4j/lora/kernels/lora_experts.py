# LoRA at the matrices of all experts of a block, as PEFT has it for three-dimensional parameters: expert e's matrix
# becomes W_e + scaling * B_e A_e.
# Shapes: x [M, I]   y [M, O], rows sorted by expert, counts rows each   p = [A [E r, I], B [O, r E]]
#   A_e is rows e r to (e + 1) r of A; B_e is columns e, E + e, 2 E + e, ... of B: PEFT's order. g: fp32 gradients of p.

def lower(p: List[Tensor], e: int, r: int) -> Tensor:
  return p[0].narrow(0, e * r, r)

def upper(p: List[Tensor], e: int, r: int) -> Tensor:
  # [O, r]
  return p[1].view([p[1].size(0), r, p[1].size(1) // r]).select(2, e)

def forward_(y: Tensor, x: Tensor, p: List[Tensor], counts: List[int], r: int, scaling: float) -> Tensor:
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      t = torch.mm(x.narrow(0, start, n), __torch__.lora_experts.lower(p, e, r).t())
      y.narrow(0, start, n).addmm_(t, __torch__.lora_experts.upper(p, e, r).t(), alpha=scaling)
    start = start + n
  return y

def input_gradient_(gx: Tensor, gy: Tensor, p: List[Tensor], counts: List[int], r: int, scaling: float) -> Tensor:
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      gt = torch.mm(gy.narrow(0, start, n), __torch__.lora_experts.upper(p, e, r))
      gx.narrow(0, start, n).addmm_(gt, __torch__.lora_experts.lower(p, e, r), alpha=scaling)
    start = start + n
  return gx

def add_gradients(gy: Tensor, x: Tensor, p: List[Tensor], g: List[Tensor], counts: List[int], r: int, scaling: float) -> int:
  start = 0
  for e in range(len(counts)):
    n = counts[e]
    if n > 0:
      gye = gy.narrow(0, start, n)
      xe = x.narrow(0, start, n)
      gt = torch.mm(gye, __torch__.lora_experts.upper(p, e, r))
      __torch__.lora_experts.lower(g, e, r).add_(torch.mm(gt.t(), xe), alpha=scaling)
      t = torch.mm(xe, __torch__.lora_experts.lower(p, e, r).t())
      __torch__.lora_experts.upper(g, e, r).add_(torch.mm(gye.t(), t), alpha=scaling)
    start = start + n
  return start

def merge(w: List[Tensor], p: List[Tensor], r: int, scaling: float) -> List[Tensor]:
  # W_e += scaling B_e A_e, in place, all experts one below the other
  e = p[0].size(0) // r
  lower = p[0].view([e, r, p[0].size(1)])
  upper = p[1].view([p[1].size(0), r, e]).permute([2, 0, 1])
  merged = w[0].view([e, p[1].size(0), p[0].size(1)]).baddbmm_(upper, lower, alpha=scaling)
  return w
