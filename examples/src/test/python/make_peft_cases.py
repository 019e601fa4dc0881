"""Writes cases of PEFT methods in the form of goldens/train (PeftCasesTest): what PEFT computes when it trains them.

    python make_peft_cases.py FOLDER [NAME ...]   FOLDER: examples/src/test/resources/org/tune4j/examples/conformance/peft

base/NAME are small random models, batches/NAME.safetensors the rows. Each case is trained for STEPS steps by torch's
AdamW in fp32 on one thread, and again in fp64: tolerances are ten times the distance, at least those of FLOORS.
"""

import copy
import json
import pathlib
import platform
import sys
import warnings

import peft
import torch
import transformers
from peft import (
    AdaLoraConfig, HRAConfig, IA3Config, LNTuningConfig, LoHaConfig, LoKrConfig, LoraConfig, MissConfig, OFTConfig, PeftModel, TrainableTokensConfig, VeraConfig, get_peft_model)
from peft.optimizers import create_loraplus_optimizer
from peft.tuners.adalora import AdaLoraModel
from safetensors.torch import save_file

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
STEPS, ROWS, LENGTH, VOCABULARY = 12, 4, 16, 96
COMMON = dict(vocab_size=VOCABULARY, bos_token_id=1, eos_token_id=2, max_position_embeddings=64)
LLAMA = dict(
    hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, **COMMON)
BASES = {
    "llama": transformers.LlamaConfig(tie_word_embeddings=False, **LLAMA),
    "llama_tied": transformers.LlamaConfig(tie_word_embeddings=True, **LLAMA),
    "qwen2": transformers.Qwen2Config(tie_word_embeddings=False, **LLAMA),
    "gpt2": transformers.GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=64, vocab_size=VOCABULARY),
}
RATIOS = {"loraplus": 8.0}
FLOORS = {"loss_abs": 1e-5, "grad_norm_rel": 1e-4, "logits_abs": 1e-4, "weights_abs": 1e-5}
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
# name: base, configuration, rate, moved (whether the vectors that begin at 0 or 1 are moved before the first step)
CASES = {
    "dora_qwen2": ("qwen2", lambda: LoraConfig(r=4, lora_alpha=8, target_modules=[*ATTENTION, "down_proj"], use_dora=True), 5e-3, True),
    "dora_gpt2": ("gpt2", lambda: LoraConfig(
        r=4, lora_alpha=8, target_modules=["c_attn", "c_proj"], use_dora=True, fan_in_fan_out=True), 5e-3, True),
    "ia3_qwen2": ("qwen2", lambda: IA3Config(
        target_modules=["k_proj", "up_proj", "v_proj", "down_proj"], feedforward_modules=["up_proj", "down_proj"]), 1e-2, True),
    "ia3_gpt2": ("gpt2", lambda: IA3Config(), 1e-2, True),
    "pissa": ("llama", lambda: LoraConfig(
        r=4, lora_alpha=8, target_modules=[*ATTENTION, "down_proj"], init_lora_weights="pissa"), 2e-3, False),
    "loraplus": ("llama", lambda: LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION), 2e-3, False),
    "olora": ("llama", lambda: LoraConfig(
        r=4, lora_alpha=8, target_modules=[*ATTENTION, "up_proj"], init_lora_weights="olora"), 2e-3, False),
    "vera": ("llama", lambda: VeraConfig(
        r=6, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"], projection_prng_key=5), 1e-2, True),
    "vera_unsaved": ("gpt2", lambda: VeraConfig(
        r=6, target_modules=["c_attn", "c_fc"], save_projection=False, fan_in_fan_out=True), 1e-2, True),
    "ln_tuning": ("llama", lambda: LNTuningConfig(), 5e-3, False),
    "ln_tuning_gpt2": ("gpt2", lambda: LNTuningConfig(target_modules=["ln_1", "ln_f"]), 5e-3, False),
    "trainable_tokens": ("llama", lambda: TrainableTokensConfig(token_indices=[7, 90, 91]), 1e-2, False),
    "loha": ("qwen2", lambda: LoHaConfig(
        r=2, alpha=4, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"], rank_pattern={"v_proj": 6, "1.mlp.up_proj": 7},
        alpha_pattern={"q_proj": 3}), 1e-2, True),
    "lokr": ("qwen2", lambda: LoKrConfig(
        r=2, alpha=4, target_modules=[*ATTENTION, "down_proj"], rank_pattern={"v_proj": 8}), 1e-2, True),
    "lokr_both": ("llama", lambda: LoKrConfig(
        r=1, alpha=2, target_modules=["q_proj", "up_proj"], decompose_both=True, decompose_factor=8), 1e-2, True),
    "oft": ("qwen2", lambda: OFTConfig(
        oft_block_size=8, target_modules=["q_proj", "k_proj", "v_proj", "down_proj"], bias="oft_only"), 1e-2, True),
    "oft_exact": ("llama", lambda: OFTConfig(
        r=5, oft_block_size=0, target_modules=[*ATTENTION, "up_proj"], use_cayley_neumann=False), 1e-2, True),
    "oft_shared": ("llama", lambda: OFTConfig(
        oft_block_size=4, target_modules=["k_proj", "gate_proj"], block_share=True, num_cayley_neumann_terms=7), 1e-2, True),
    "hra": ("qwen2", lambda: HRAConfig(r=4, target_modules=["q_proj", "v_proj", "down_proj"]), 1e-2, True),
    "miss": ("qwen2", lambda: MissConfig(r=5, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"]), 1e-2, True),
    "miss_mini": ("llama", lambda: MissConfig(
        r=4, mini_r=8, init_weights="mini", target_modules=[*ATTENTION, "down_proj"]), 1e-2, True),
    "adalora": ("qwen2", lambda: AdaLoraConfig(
        init_r=6, target_r=2, lora_alpha=8, tinit=2, tfinal=3, deltaT=2, total_step=STEPS, beta1=0.8, beta2=0.9,
        orth_reg_weight=0.1, target_modules=["q_proj", "v_proj", "down_proj"]), 1e-2, True),
    "lora_tokens": ("llama", lambda: LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj"],
        trainable_token_indices={"embed_tokens": [91, 7], "lm_head": [7, 91]}), 1e-2, True),
    "lora_tokens_tied": ("llama_tied", lambda: LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj"], trainable_token_indices=[7, 90, 91]), 1e-2, True),
}


def randomised(config):
    torch.manual_seed(11)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").float().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            norm = p.dim() == 1 and "bias" not in name
            p.copy_((1.0 if norm else 0.0) + (0.3 if p.dim() > 1 else 0.1) * torch.randn(p.shape))
    model.tie_weights()
    return model


def batches():
    g = torch.Generator().manual_seed(12)
    shape = (STEPS, ROWS, LENGTH)
    lengths = torch.randint(6, LENGTH + 1, shape[:2], generator=g)
    mask = (torch.arange(LENGTH) < lengths[..., None]).long()
    ids = torch.randint(3, VOCABULARY, shape, generator=g) * mask
    prompts = torch.randint(0, 4, shape[:2], generator=g)
    labelled = mask.bool() & (torch.arange(LENGTH) >= prompts[..., None])
    lengths = torch.tensor([LENGTH, 9, 12])
    probe_mask = (torch.arange(LENGTH) < lengths[:, None]).long()
    probe = torch.randint(3, VOCABULARY, (3, LENGTH), generator=g) * probe_mask
    probe[:, 2], probe[0, 5], ids[:, 0, 3] = 7, 91, 7
    return {
        "input_ids": ids, "attention_mask": mask, "labels": torch.where(labelled, ids, -100),
        "probe_input_ids": probe, "probe_attention_mask": probe_mask}


def loss_of(model, rows, k):
    if isinstance(getattr(model, "base_model", None), AdaLoraModel):  # adds its own
        return model(**{n: rows[n][k] for n in ("input_ids", "attention_mask", "labels")}).loss
    logits = model(input_ids=rows["input_ids"][k], attention_mask=rows["attention_mask"][k]).logits
    targets = rows["labels"][k][:, 1:].reshape(-1)
    return torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, logits.size(-1)), targets)


def probed(model, rows):
    with torch.no_grad():
        return model(input_ids=rows["probe_input_ids"], attention_mask=rows["probe_attention_mask"]).logits.float().contiguous()


def decayed(name):
    return "norm" not in name and "ln_" not in name and "bias" not in name


def optimizer_of(model, rate, ratio):
    kwargs = {"betas": (0.9, 0.999), "eps": 1e-8}
    if ratio is not None:
        return create_loraplus_optimizer(
            model, torch.optim.AdamW, lr=rate, loraplus_lr_ratio=ratio, loraplus_weight_decay=0.01, **kwargs)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in named if decayed(n)], "weight_decay": 0.01},
        {"params": [p for n, p in named if not decayed(n)], "weight_decay": 0.0}]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=rate, **kwargs)


def train(model, rows, rate, ratio):
    model.eval()  # no dropout, and DoRA without its cache all the same
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    optimizer = optimizer_of(model, rate, ratio)
    multiples = [group["lr"] / rate for group in optimizer.param_groups]
    trajectory = {"loss": [], "grad_norm": [], "lr": []}
    for k in range(STEPS):
        lr = rate * (k / 2 if k < 2 else (STEPS - k) / (STEPS - 2))
        for group, multiple in zip(optimizer.param_groups, multiples):
            group["lr"] = lr * multiple
        optimizer.zero_grad()
        loss = loss_of(model, rows, k)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        optimizer.step()
        if isinstance(model.base_model, AdaLoraModel):
            model.base_model.update_and_allocate(k)
        trajectory["loss"].append(loss.item())
        trajectory["grad_norm"].append(norm.item())
        trajectory["lr"].append(lr)
    return trajectory


def moved(model):
    g = torch.Generator().manual_seed(13)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if p.requires_grad:
                p.add_(torch.randn(p.shape, generator=g) * 0.1)


def save(model, folder):
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    config = {k: sorted(v) if k.endswith("_modules") and isinstance(v, list) else v for k, v in config.items()}
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True))


def weights(model):
    return {n: p.detach().double().clone() for n, p in model.named_parameters() if p.requires_grad}


def make(root, name, base_name, config, rate, move, rows):
    folder = root / name
    folder.mkdir(exist_ok=True)
    base = transformers.AutoModelForCausalLM.from_pretrained(root / "base" / base_name).eval()
    original = {n: p.clone() for n, p in base.state_dict().items()}
    torch.manual_seed(14)
    configured = config()
    configured.task_type = "CAUSAL_LM"
    configured.base_model_name_or_path = f"base/{base_name}"
    base.name_or_path = f"base/{base_name}"
    model = get_peft_model(base, configured)
    if move:
        moved(model)
    save(model, folder / "adapter_init")
    probe = {"logits_before": probed(model, rows)}
    exact = copy.deepcopy(model).double()
    trajectory = train(model, rows, rate, RATIOS.get(name))
    exact_trajectory = train(exact, rows, rate, RATIOS.get(name))
    probe["logits_after"] = probed(model, rows)
    if name == "adalora":
        save(model, folder / "adapter_pruned")
        model.peft_config["default"].rank_pattern = None  # all triplets, those that were taken away as zeros
    save(model, folder / "adapter_final")
    again = PeftModel.from_pretrained(
        transformers.AutoModelForCausalLM.from_pretrained(root / "base" / base_name), folder / "adapter_final").eval()
    reloaded = (probed(again, rows) - probe["logits_after"]).abs().max().item()
    w, e = weights(model), weights(exact)
    noise = {
        "loss_abs": max(abs(a - b) for a, b in zip(trajectory["loss"], exact_trajectory["loss"])),
        "grad_norm_rel": max(abs(a - b) / b for a, b in zip(trajectory["grad_norm"], exact_trajectory["grad_norm"])),
        "logits_abs": (probe["logits_after"] - probed(exact, rows)).abs().max().item(),
        "weights_abs": max((w[n] - e[n]).abs().max().item() for n in w),
    }
    names = list(w)
    merged = model.merge_and_unload()
    probe["logits_merged"] = probed(merged, rows)
    changed = {
        n: p.detach().clone().contiguous() for n, p in merged.state_dict().items()
        if n in original and not torch.equal(p, original[n])}
    if base_name.endswith("_tied"):
        changed.pop("lm_head.weight", None)
    save_file(changed, folder / "merged_changed_weights.safetensors")
    save_file(probe, folder / "probe_logits.safetensors")
    case = {
        "case": name, "base": f"base/{base_name}", "batches": f"batches/{base_name}.safetensors",
        "peer": {
            "python": platform.python_version(), "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__, "peft": peft.__version__},
        "function": "peft.get_peft_model + torch.optim.AdamW",
        "hyperparameters": {
            "lr": rate, "schedule": "linear", "warmup": 2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01,
            "max_grad_norm": 1.0, "loraplus_lr_ratio": RATIOS.get(name, 1.0)},
        "weight_decay_applies_to": sorted(n for n in names if decayed(n)),
        "trajectory": trajectory, "noise": noise,
        "tolerance": {k: max(FLOORS[k], 10 * v) for k, v in noise.items()},
        "selfcheck": {"reloaded_logits_abs": reloaded}}
    (folder / "case.json").write_text(json.dumps(case, indent=1))
    print(f"{name:18} moved {(probe['logits_after'] - probe['logits_before']).abs().max():.3f}", "merged",
          f"{(probe['logits_merged'] - probe['logits_after']).abs().max():.1e} reloaded {reloaded:.1e}", noise)


def main(root, names):
    for name, config in BASES.items():
        model = randomised(config)
        model.save_pretrained(root / "base" / name)
        (root / "base" / name / "generation_config.json").unlink(missing_ok=True)
    rows = batches()
    (root / "batches").mkdir(exist_ok=True)
    for name in BASES:
        save_file(rows, root / "batches" / f"{name}.safetensors")
    (root / "manifest.json").write_text(json.dumps({"group": "train"}))
    for name in names or CASES:
        base, config, rate, move = CASES[name]
        make(root, name, base, config, rate, move, rows)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
