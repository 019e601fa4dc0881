# The gradient of everything that is trained, one flat vector.
# Shapes: g [P]

def clear(g: Tensor) -> Tensor:
  return g.zero_()

def divide(g: Tensor, by: Tensor) -> Tensor:
  return g.div_(float(by))

def norm(g: Tensor) -> Tensor:
  # Euclidean norm, summed in fp64; not finite exactly when an entry is not. In stretches, because each is converted as a whole.
  stretch = 262144
  flat = g.reshape([-1])
  total = int(flat.size(0))
  norms = annotate(List[Tensor], [torch.zeros([], dtype=7, device=ops.prim.device(g))])
  for i in range((total + stretch - 1) // stretch):
    at = i * stretch
    norms.append(torch.linalg_vector_norm(flat.narrow(0, at, min(stretch, total - at)), 2., dtype=7))
  return torch.linalg_vector_norm(torch.stack(norms), 2.)
