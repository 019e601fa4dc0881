# Normalisation of each token's vector, forward and backward.
#   RMS:    y = x / sqrt(mean(x^2) + eps) * w          (Zhang and Sennrich, 2019)
#   layer:  y = (x - mean) / sqrt(var + eps) * w + b   (Ba et al., 2016)
# Shapes: x, y, gy, gx [N, D]   w, b [D]   rstd, mean [N, 1]      N tokens, D hidden size; RMS also of [N, heads, D]
# Statistics are taken in at least fp32, whatever the type of x.

def statistics_dtype(x: Tensor) -> int:
  return 7 if ops.prim.dtype(x) == 7 else 6

def rms_forward(x: Tensor, w: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
  n = torch.linalg_vector_norm(x, 2., [-1], True, dtype=__torch__.norm.statistics_dtype(x))
  rstd = n.mul_(n).div_(x.size(-1)).add_(eps).rsqrt_()
  return (__torch__.norm.rms_apply(x, w, rstd), rstd)

def plus_one(w: Tensor) -> Tensor:
  # in fp32: near 1, bf16 has few digits
  return w.to(__torch__.norm.statistics_dtype(w)).add(1.)

def rms_apply(x: Tensor, w: Tensor, rstd: Tensor) -> Tensor:
  return torch.mul(x, rstd).mul_(w).to(ops.prim.dtype(x))

def rms_backward(gy: Tensor, x: Tensor, w: Tensor, rstd: Tensor) -> Tensor:
  # gx = rstd * (gy w - x rstd^2 mean(gy w x))
  d = ops.prim.dtype(rstd)
  g = torch.mul(gy, w.to(d))
  xs = x.to(d)
  c = torch.sum(torch.mul(g, xs), [-1], True).mul_(rstd).mul_(rstd).div_(x.size(-1))
  return g.addcmul_(xs, c, value=-1.).mul_(rstd).to(ops.prim.dtype(x))

def rms_weight_gradient(gy: Tensor, x: Tensor, rstd: Tensor) -> Tensor:
  return torch.sum(torch.mul(x, rstd).mul_(gy).reshape([-1, x.size(-1)]), [0])

def layer_weight(w: Tensor) -> Tensor:
  # On a CPU statistics have the type of the weights. In fp16, 1 / sqrt(eps) would be infinite below 2e-10.
  return w if ops.prim.is_cuda(w) else w.to(__torch__.norm.statistics_dtype(w))

def layer_input(x: Tensor, w: Tensor) -> Tensor:
  # On CUDA all has one type, statistics are fp32.
  return x.to(ops.prim.dtype(w)) if ops.prim.is_cuda(x) else x

def layer_forward(x: Tensor, w: Tensor, b: Tensor, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
  y, mean, rstd = torch.native_layer_norm(__torch__.norm.layer_input(x, w), [x.size(-1)], __torch__.norm.layer_weight(w), __torch__.norm.layer_weight(b), eps)
  return (y.to(ops.prim.dtype(x)), mean, rstd)

def layer_backward(gy: Tensor, x: Tensor, w: Tensor, b: Tensor, mean: Tensor, rstd: Tensor, weights: bool) -> Tuple[Tensor, Tensor, Tensor]:
  g = __torch__.norm.layer_input(gy, w)
  gx, gw, gb = torch.native_layer_norm_backward(g, __torch__.norm.layer_input(x, w), [x.size(-1)], mean, rstd, __torch__.norm.layer_weight(w), __torch__.norm.layer_weight(b), [True, weights, weights])
  return (gx.to(ops.prim.dtype(x)), gw, gb)

def layer_apply(x: Tensor, w: Tensor, b: Tensor, mean: Tensor, rstd: Tensor) -> Tensor:
  return torch.sub(x, mean).mul_(rstd).mul_(w).add_(b).to(ops.prim.dtype(x))
