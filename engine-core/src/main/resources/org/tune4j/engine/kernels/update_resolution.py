# Whether updates change weights that are held in few bits.
# Shapes: x tensors of any shape   before, after, g [S] fp32     S numbers of the sample

def sample(x: List[Tensor], stride: Tensor) -> Tensor:
  # every stride-th number of each tensor, from its first on
  parts = annotate(List[Tensor], [])
  for i in range(len(x)):
    parts.append(torch.slice(x[i].reshape([-1]), 0, 0, 9223372036854775807, int(stride)).to(6))
  return torch.cat(parts)

def counts(before: Tensor, after: Tensor, g: Tensor) -> Tensor:
  # [2]: numbers that have a gradient, and those of them that stayed as they were
  moved = torch.ne(g, 0.)
  same = torch.logical_and(moved, torch.eq(before, after))
  return torch.stack([torch.sum(moved), torch.sum(same)])
