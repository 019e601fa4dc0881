# The gradient of everything that is trained, one flat vector.
# Shapes: g [P]

def clear(g: Tensor) -> Tensor:
  return g.zero_()

def norm(g: Tensor) -> Tensor:
  # Euclidean norm, summed in fp64; not finite exactly when an entry is not
  return torch.linalg_vector_norm(g, 2., dtype=7)
