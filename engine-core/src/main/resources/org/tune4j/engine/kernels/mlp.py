# What stands between the two linear groups of a feed-forward block.
#   gated: m = act(gate) * up     plain: m = act(x)
# Shapes: gu [N, 2 F] (gate, then up)   x, m [N, F]     N tokens, F intermediate size
# act is 'silu', 'gelu' (exact), 'gelu_tanh' or 'relu'.

def act(x: Tensor, kind: str) -> Tensor:
  if kind == 'silu':
    return torch.silu(x)
  if kind == 'relu':
    return torch.relu(x)
  if kind == 'gelu_tanh':
    return torch.gelu(x, approximate='tanh')
  return torch.gelu(x)

def act_backward(g: Tensor, x: Tensor, kind: str) -> Tensor:
  if kind == 'silu':
    return torch.silu_backward(g, x)
  if kind == 'relu':
    return torch.threshold_backward(g, x, 0)
  if kind == 'gelu_tanh':
    return torch.gelu_backward(g, x, approximate='tanh')
  return torch.gelu_backward(g, x)

def gate(gu: Tensor, kind: str) -> Tensor:
  # a = act(gate) [N, F], of which backward needs both m and the gradient of up
  return __torch__.mlp.act(gu.narrow(1, 0, gu.size(1) // 2), kind)

def gated_forward(gu: Tensor, kind: str) -> Tensor:
  f = gu.size(1) // 2
  return __torch__.mlp.gate(gu, kind).mul_(gu.narrow(1, f, f))

def gated(a: Tensor, gu: Tensor) -> Tensor:
  return torch.mul(a, gu.narrow(1, a.size(1), a.size(1)))

def gated_backward(gm: Tensor, a: Tensor, gu: Tensor, kind: str) -> Tensor:
  f = gu.size(1) // 2
  g = torch.empty_like(gu)
  torch.mul(a, gm, out=g.narrow(1, f, f))
  g.narrow(1, 0, f).copy_(__torch__.mlp.act_backward(torch.mul(gm, gu.narrow(1, f, f)), gu.narrow(1, 0, f), kind))
  return g
