# Multi-task prompt tuning: the virtual tokens of each task are shared ones, times a matrix of low rank that is the task's own.
# Shapes: p = [e [P, D], cols [T, P, R], rows [T, R, D]] -> v [T P, D]     P virtual tokens, T tasks, R ranks

def forward(p: List[Tensor], tasks: int) -> Tensor:
  return torch.bmm(p[1], p[2]).mul_(p[0]).view([tasks * p[0].size(0), -1])

def backward(gv: Tensor, p: List[Tensor], g: List[Tensor], tasks: int) -> Tensor:
  gt = gv.view([tasks, p[0].size(0), -1])
  e = g[0].add_((gt * torch.bmm(p[1], p[2])).sum([0]))
  gm = gt * p[0]
  cols = g[1].add_(torch.bmm(gm, p[2].transpose(1, 2)))
  return g[2].add_(torch.bmm(p[1].transpose(1, 2), gm))
