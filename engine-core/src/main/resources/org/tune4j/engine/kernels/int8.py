# Matrices in int8, symmetric in each row: W = scale * codes, the greatest of a row at 127.
# Shapes: w = [codes [O, I] int8, scales [O] fp32]

def tensors() -> int:
  return 2

def rows(w: List[Tensor], first: int, count: int, dtype: int) -> Tensor:
  exact = 7 if dtype == 7 else 6
  scales = w[1].narrow(0, first, count).unsqueeze(1)
  return w[0].narrow(0, first, count).to(exact).mul_(scales).to(dtype)

def takes(x: Tensor) -> bool:
  # For some tokens in bf16 libtorch has a product that reads the codes themselves.
  return x.size(0) <= 16 and ops.prim.dtype(x) == 15 and not ops.prim.is_cuda(x)

def product(x: Tensor, w: List[Tensor], first: int, count: int) -> Tensor:
  # It takes scales in bf16 only, and is given ones.
  ones = torch.ones([count], dtype=15, device=ops.prim.device(x))
  y = torch._weight_int8pack_mm(x.contiguous(), w[0].narrow(0, first, count), ones)
  return y.mul_(w[1].narrow(0, first, count))

def quantise_(w: List[Tensor], first: int, x: Tensor) -> Tensor:
  # x [R, I] becomes rows first, first + 1, ...
  strip = __torch__.quantised.strip(w)
  done = 0
  while done < x.size(0):
    n = min(strip, x.size(0) - done)
    exact = x.narrow(0, done, n).to(6)
    scales = torch.amax(torch.abs(exact), [1]).div_(127.)
    codes = torch.div(exact, torch.clamp(scales, min=1e-38).unsqueeze(1)).round_().clamp_(-127., 127.)
    w[1].narrow(0, first + done, n).copy_(scales)
    w[0].narrow(0, first + done, n).copy_(codes)
    done = done + n
  return w[0]
