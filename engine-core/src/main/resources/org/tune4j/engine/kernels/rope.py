# Rotary position embedding (Su et al., 2021), in the half-split form of Hugging Face checkpoints:
#   (a, b) -> (a cos - b sin, b cos + a sin), a and b the two halves of the rotated part of a head
# Shapes: positions [N]   inverse_frequencies [R/2] or [N, R/2] fp32   cos, sin [N, 1, R/2]   x [N, heads, >= R]     R rotated size

def tables(positions: Tensor, inverse_frequencies: Tensor, factor: float, like: Tensor) -> List[Tensor]:
  d = 7 if ops.prim.dtype(like) == 7 else 6
  angles = torch.mul(positions.to(d).unsqueeze(1), inverse_frequencies.to(d)).unsqueeze(1)
  t = ops.prim.dtype(like)
  return [torch.cos(angles).mul_(factor).to(t), torch.sin(angles).mul_(factor).to(t)]

def rotate_(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # in place
  h = cos.size(-1)
  a = x.narrow(-1, 0, h)
  b = x.narrow(-1, h, h)
  rotated = torch.mul(a, cos).addcmul_(b, sin, value=-1.)
  b.mul_(cos).addcmul_(a, sin)
  a.copy_(rotated)
  return x

def unrotate_(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # The transpose, which is the inverse: what the backward pass needs. In place.
  return __torch__.rope.rotate_(x, cos, torch.neg(sin))

def rotate_neighbours_(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # The same where a pair stands side by side. In place.
  p = x.unflatten(-1, [cos.size(-1), 2])
  a = p.select(-1, 0)
  b = p.select(-1, 1)
  rotated = torch.mul(a, cos).addcmul_(b, sin, value=-1.)
  b.mul_(cos).addcmul_(a, sin)
  a.copy_(rotated)
  return x

def unrotate_neighbours_(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rope.rotate_neighbours_(x, cos, torch.neg(sin))
