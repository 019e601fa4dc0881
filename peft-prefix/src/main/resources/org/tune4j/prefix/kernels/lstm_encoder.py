# P-tuning's LSTM encoder: torch.nn.LSTM's layers, each of which reads the vectors in both directions, and linear layers over them (prompt_encoder.py).
# Shapes: p = [e [P, D], of each layer and direction W [4H, in], U [4H, H], b [4H], c [4H], then those of the linear layers] -> v [P, D]     P virtual tokens
# Gates stand one below the other: input, forget, cell, output. `in` is D, and 2H of later layers.

def scan(x: Tensor, p: List[Tensor]) -> List[Tensor]:
  # One direction. Hidden and cell states [P + 1, H], the first of which stand before all tokens, and gates [P, 4H]
  a = torch.linear(x, p[0], p[2])
  n = p[1].size(1)
  h = torch.zeros([1, n], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  c = torch.zeros_like(h)
  hidden = [h]
  cells = [c]
  gates = annotate(List[Tensor], [])
  for t in range(x.size(0)):
    at = torch.linear(h, p[1], p[3]).add_(a.narrow(0, t, 1))
    i = torch.sigmoid(at.narrow(1, 0, n))
    f = torch.sigmoid(at.narrow(1, n, n))
    k = torch.tanh(at.narrow(1, 2 * n, n))
    o = torch.sigmoid(at.narrow(1, 3 * n, n))
    c = f * c + i * k
    h = o * torch.tanh(c)
    hidden.append(h)
    cells.append(c)
    gates.append(torch.cat([i, f, k, o], 1))
  return [torch.cat(hidden, 0), torch.cat(cells, 0), torch.cat(gates, 0)]

def scan_backward(gy: Tensor, x: Tensor, p: List[Tensor], g: List[Tensor]) -> Tensor:
  # gy [P, H] of the hidden states; gives the gradient of x
  s = __torch__.lstm_encoder.scan(x, p)
  n = gy.size(1)
  tokens = gy.size(0)
  ga = torch.empty_like(s[2])
  gh = torch.zeros([1, n], dtype=ops.prim.dtype(x), device=ops.prim.device(x))
  gc = torch.zeros_like(gh)
  for back in range(tokens):
    t = tokens - 1 - back
    at = s[2].narrow(0, t, 1)
    i = at.narrow(1, 0, n)
    f = at.narrow(1, n, n)
    k = at.narrow(1, 2 * n, n)
    o = at.narrow(1, 3 * n, n)
    u = torch.tanh(s[1].narrow(0, t + 1, 1))
    d = gy.narrow(0, t, 1) + gh
    gc = gc + torch.tanh_backward(d * o, u)
    gi = torch.sigmoid_backward(gc * k, i)
    gf = torch.sigmoid_backward(gc * s[1].narrow(0, t, 1), f)
    gk = torch.tanh_backward(gc * i, k)
    go = torch.sigmoid_backward(d * u, o)
    gt = torch.cat([gi, gf, gk, go], 1)
    done = ga.narrow(0, t, 1).copy_(gt)
    gc = gc * f
    gh = torch.mm(gt, p[1])
  w = g[0].addmm_(ga.t(), x)
  u2 = g[1].addmm_(ga.t(), s[0].narrow(0, 0, tokens))
  gb = ga.sum([0])
  b = g[2].add_(gb)
  b2 = g[3].add_(gb)
  return torch.mm(ga, p[0])

def inputs(p: List[Tensor], layers: int) -> List[Tensor]:
  # of each layer, and what the last one gives [P, 2H]
  x = [p[0]]
  for l in range(layers):
    first = 1 + 8 * l
    forth = __torch__.lstm_encoder.scan(x[l], p[first:first + 4])[0]
    back = __torch__.lstm_encoder.scan(x[l].flip([0]), p[first + 4:first + 8])[0]
    n = x[l].size(0)
    x.append(torch.cat([forth.narrow(0, 1, n), back.narrow(0, 1, n).flip([0])], 1))
  return x

def forward(p: List[Tensor], layers: int) -> Tensor:
  x = __torch__.lstm_encoder.inputs(p, layers)[-1]
  return __torch__.prompt_encoder.forward([x] + p[1 + 8 * layers:], 'relu')

def backward(gv: Tensor, p: List[Tensor], g: List[Tensor], layers: int) -> Tensor:
  x = __torch__.lstm_encoder.inputs(p, layers)
  linear = 1 + 8 * layers
  gx = __torch__.prompt_encoder.backward(gv, [x[layers]] + p[linear:], [torch.zeros_like(x[layers])] + g[linear:], 'relu')
  for n in range(layers):
    l = layers - 1 - n
    first = 1 + 8 * l
    h = gx.size(1) // 2
    forth = __torch__.lstm_encoder.scan_backward(gx.narrow(1, 0, h), x[l], p[first:first + 4], g[first:first + 4])
    back = __torch__.lstm_encoder.scan_backward(gx.narrow(1, h, h).flip([0]), x[l].flip([0]), p[first + 4:first + 8], g[first + 4:first + 8])
    gx = forth + back.flip([0])
  return g[0].add_(gx)
