# Noise that is added to the vectors of a text's words (NEFTune, Jain et al., 2023).
# Shapes: bounds [N] fp32 or fp64   result [N, D]     N tokens, D hidden size
# A draw of 64 bits serves two numbers (see dropout.py), so a step can be replayed from its seed.

def noise(bounds: Tensor, width: int, seed: Tensor) -> Tensor:
  # of each token uniform between -bounds and bounds
  n = bounds.size(0) * width
  words = __torch__.dropout.draws((n + 1) // 2, seed.to(ops.prim.device(bounds)))
  halves = torch.view_copy(words, dtype=3).narrow(0, 0, n).view([bounds.size(0), width])
  return halves.to(ops.prim.dtype(bounds)).mul_(4.656612873077393e-10).mul_(bounds.unsqueeze(1))
