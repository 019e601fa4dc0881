# What virtual tokens are computed from: learned vectors, and the layers over them where there are any.
# Shapes: p = [e [P, D], W1 [H1, D], b1 [H1], W2 [H2, H1], b2 [H2], ...] -> v [P, columns]     P virtual tokens
# Between two layers stands the activation: 'tanh' (prefix tuning) or 'relu' (P-tuning).

def act(x: Tensor, activation: str) -> Tensor:
  return torch.tanh(x) if activation == 'tanh' else torch.relu(x)

def inputs(p: List[Tensor], activation: str) -> List[Tensor]:
  # of each layer, and the result
  x = [p[0]]
  layers = len(p) // 2
  for i in range(layers):
    y = torch.linear(x[i], p[1 + 2 * i], p[2 + 2 * i])
    x.append(__torch__.prompt_encoder.act(y, activation) if i < layers - 1 else y)
  return x

def forward(p: List[Tensor], activation: str) -> Tensor:
  return __torch__.prompt_encoder.inputs(p, activation)[-1]

def backward(gv: Tensor, p: List[Tensor], g: List[Tensor], activation: str) -> Tensor:
  x = __torch__.prompt_encoder.inputs(p, activation)
  layers = len(p) // 2
  gy = gv
  for n in range(layers):
    i = layers - 1 - n
    w = g[1 + 2 * i].addmm_(gy.t(), x[i])
    b = g[2 + 2 * i].add_(gy.sum([0]))
    gx = torch.mm(gy, p[1 + 2 * i])
    if i > 0:
      gx = torch.tanh_backward(gx, x[i]) if activation == 'tanh' else torch.threshold_backward(gx, x[i], 0.)
    gy = gx
  return g[0].add_(gy)
