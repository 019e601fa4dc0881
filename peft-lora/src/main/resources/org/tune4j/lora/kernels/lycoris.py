# Dropout of LyCORIS' updates (PEFT's rank_dropout and module_dropout): whole outputs, for all tokens alike, or all of them.

def kept(outputs: int, like: Tensor, rank_dropout: float, scaled: bool, module_dropout: float, seed: Tensor, salt: int) -> List[Tensor]:
  # what a layer's outputs are multiplied with, [O]; nothing where nothing is dropped
  if int(seed) < 0 or rank_dropout <= 0. and module_dropout <= 0.:
    return annotate(List[Tensor], [])
  words = __torch__.dropout.draws(outputs + 1, torch.add(seed, salt * 1000003)).bitwise_and(4294967295)
  draws = words.to(7).mul_(2.3283064365386963e-10).to(ops.prim.device(like))
  keeps = torch.ge(draws.narrow(0, 0, outputs), rank_dropout).to(7)
  if scaled:
    keeps = keeps.div_(keeps.mean().clamp_min_(1. / float(outputs)))
  keeps = keeps.mul_(torch.ge(draws.narrow(0, outputs, 1), module_dropout))
  return [keeps.to(ops.prim.dtype(like))]

def of(gy: Tensor, keeps: List[Tensor]) -> Tensor:
  return torch.mul(gy, keeps[0]) if len(keeps) > 0 else gy
