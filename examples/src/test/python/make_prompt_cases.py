"""Writes cases of prompt learning beside those of make_peft_cases.py (PromptCasesTest): what PEFT computes when it trains them.

    python make_prompt_cases.py FOLDER      FOLDER: examples/src/test/resources/org/tune4j/examples/conformance/peft

PEFT 0.21.2 asks for an argument `past_key_values` of a model's forward and finds none since transformers 5.24 calls it
`cache` (and takes the old name all the same): prefix tuning of heads ends in "Model does not support past key values which
are required for prefix tuning." Here PEFT is told that the argument is there; all else is its own code.
"""

import copy
import inspect
import json
import os
import pathlib
import platform
import sys

import peft
import peft.peft_model
import torch
import transformers
from make_peft_cases import FLOORS, LENGTH, LLAMA, ROWS, STEPS, VOCABULARY, decayed, save, weights
from peft import (
    MultitaskPromptTuningConfig, PeftModel, PrefixTuningConfig, PromptEncoderConfig, get_peft_model)
from safetensors.torch import save_file

torch.set_num_threads(1)
LABELS, TASKS = 3, 3
ENCODER = dict(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=LABELS)
LM = transformers.AutoModelForCausalLM
TEXTS = transformers.AutoModelForSequenceClassification
TOKENS = transformers.AutoModelForTokenClassification
BASES = {
    "llama": (LM, None),  # of make_peft_cases.py
    "bert_texts": (TEXTS, transformers.BertConfig(pad_token_id=0, **ENCODER)),
    "bert_tokens": (TOKENS, transformers.BertConfig(pad_token_id=0, **ENCODER)),
    "roberta_texts": (TEXTS, transformers.RobertaConfig(pad_token_id=1, **ENCODER)),
    "qwen2_texts": (TEXTS, transformers.Qwen2Config(pad_token_id=0, num_labels=LABELS, **LLAMA)),
}
SOURCE = "multitask_source/adapter_final/adapter_model.safetensors"
# name: base, configuration
CASES = {
    "p_tuning_lstm": ("llama", lambda: PromptEncoderConfig(
        num_virtual_tokens=5, encoder_reparameterization_type="LSTM", encoder_hidden_size=12)),
    "prefix_lm_head": ("llama", lambda: PrefixTuningConfig(num_virtual_tokens=4, modules_to_save=["lm_head"])),
    "multitask_source": ("llama", lambda: MultitaskPromptTuningConfig(num_virtual_tokens=4, num_tasks=TASKS, num_ranks=2)),
    "multitask_average": ("llama", lambda: MultitaskPromptTuningConfig(
        num_virtual_tokens=4, num_tasks=1, num_ranks=2, prompt_tuning_init="AVERAGE_SOURCE_TASKS",
        prompt_tuning_init_state_dict_path=SOURCE)),
    "multitask_exact": ("llama", lambda: MultitaskPromptTuningConfig(
        num_virtual_tokens=4, num_tasks=1, num_ranks=2, prompt_tuning_init="EXACT_SOURCE_TASK", prompt_tuning_init_task=2,
        prompt_tuning_init_state_dict_path=SOURCE)),
    "prefix_bert": ("bert_texts", lambda: PrefixTuningConfig(num_virtual_tokens=4)),
    "prefix_projection_bert": ("bert_texts", lambda: PrefixTuningConfig(
        num_virtual_tokens=4, prefix_projection=True, encoder_hidden_size=12)),
    "prefix_bert_tokens": ("bert_tokens", lambda: PrefixTuningConfig(num_virtual_tokens=4)),
    "prefix_roberta": ("roberta_texts", lambda: PrefixTuningConfig(num_virtual_tokens=4)),
    "prefix_qwen2_head": ("qwen2_texts", lambda: PrefixTuningConfig(num_virtual_tokens=4)),
    "p_tuning_bert": ("bert_texts", lambda: PromptEncoderConfig(num_virtual_tokens=4, encoder_hidden_size=12)),
}
RATE = 1e-2


class Signatures:
    """inspect, with the argument `cache` under its old name."""

    def __getattr__(self, name):
        return getattr(inspect, name)

    @staticmethod
    def signature(function):
        found = inspect.signature(function)
        return found.replace(parameters=[
            p.replace(name="past_key_values") if p.name == "cache" else p for p in found.parameters.values()])


def randomised(kind, config):
    torch.manual_seed(21)
    model = kind.from_config(config, attn_implementation="sdpa").float().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            norm = p.dim() == 1 and "bias" not in name
            p.copy_((1.0 if norm else 0.0) + (0.3 if p.dim() > 1 else 0.1) * torch.randn(p.shape))
    return model


def batches(pad):
    g = torch.Generator().manual_seed(22)
    shape = (STEPS, ROWS, LENGTH)
    rows = {}
    for prefix, shape, lengths in (
        ("", shape, torch.randint(6, LENGTH + 1, shape[:2], generator=g)), ("probe_", (3, LENGTH), torch.tensor([LENGTH, 9, 12]))):
        mask = (torch.arange(LENGTH) < lengths[..., None]).long()
        ids = torch.randint(3, VOCABULARY, shape, generator=g) * mask + pad * (1 - mask)
        rows[prefix + "input_ids"], rows[prefix + "attention_mask"] = ids, mask
        rows[prefix + "token_type_ids"] = (torch.arange(LENGTH) >= lengths[..., None] // 2).long() * mask
    mask = rows["attention_mask"].bool()
    rows["labels"] = torch.where(mask, rows["input_ids"], -100)
    rows["text_labels"] = torch.randint(0, LABELS, mask.shape[:2], generator=g)
    labels = torch.randint(0, LABELS, mask.shape, generator=g)
    rows["token_labels"] = torch.where(mask & (torch.rand(mask.shape, generator=g) < 0.8), labels, -100)
    rows["task_ids"] = torch.randint(0, TASKS, mask.shape[:2], generator=g)
    return rows


def arguments(model, rows, prefix, k=slice(None)):
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if "bert" in model.config.model_type else [])
    return {n: rows[prefix + n][k] for n in names}


def loss_of(model, rows, k):
    config = model.active_peft_config
    kwargs = arguments(model, rows, "", k)
    if config.peft_type == "MULTITASK_PROMPT_TUNING":
        kwargs["task_ids"] = rows["task_ids"][k] % config.num_tasks
    if config.task_type == "CAUSAL_LM":
        return model(labels=rows["labels"][k], **kwargs).loss
    logits = model(**kwargs).logits
    if config.task_type == "SEQ_CLS":
        return torch.nn.functional.cross_entropy(logits, rows["text_labels"][k])
    return torch.nn.functional.cross_entropy(logits.reshape(-1, LABELS), rows["token_labels"][k].reshape(-1))


def probed(model, rows):
    config = model.active_peft_config
    tasks = config.num_tasks if config.peft_type == "MULTITASK_PROMPT_TUNING" else 0
    found = {}
    for task in range(max(tasks, 1)):
        kwargs = arguments(model, rows, "probe_")
        if tasks:
            kwargs["task_ids"] = torch.full([3], task)
        with torch.no_grad():
            logits = model(**kwargs).logits
        if config.task_type == "CAUSAL_LM":
            found["" if tasks < 2 else f"_task_{task}"] = logits[:, -LENGTH:].float().contiguous()
        else:
            found[""] = logits.softmax(-1).float().contiguous()
    return found


def distance(a, b):
    return max((a[n].double() - b[n].double()).abs().max().item() for n in a)


def train(model, rows):
    model.eval()
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in named if decayed(n)], "weight_decay": 0.01},
        {"params": [p for n, p in named if not decayed(n)], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    trajectory = {"loss": [], "grad_norm": [], "lr": []}
    for k in range(STEPS):
        lr = RATE * (k / 2 if k < 2 else (STEPS - k) / (STEPS - 2))
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        loss = loss_of(model, rows, k)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        optimizer.step()
        trajectory["loss"].append(loss.item())
        trajectory["grad_norm"].append(norm.item())
        trajectory["lr"].append(lr)
    return trajectory


def make(root, name, base_name, config):
    folder = root / name
    folder.mkdir(exist_ok=True)
    kind = BASES[base_name][0]
    base = kind.from_pretrained(root / "base" / base_name).eval()
    rows = batches(base.config.pad_token_id or 0)
    torch.manual_seed(24)
    configured = config()
    configured.task_type = {LM: "CAUSAL_LM", TEXTS: "SEQ_CLS", TOKENS: "TOKEN_CLS"}[kind]
    configured.base_model_name_or_path = f"base/{base_name}"
    base.name_or_path = f"base/{base_name}"
    model = get_peft_model(base, configured)
    if name == "multitask_source":  # what begins as a product of small numbers learns little in so few steps
        with torch.no_grad():
            for p in (model.prompt_encoder.default.prefix_task_cols, model.prompt_encoder.default.prefix_task_rows):
                p.mul_(20)
    save(model, folder / "adapter_init")
    encoder = model.prompt_encoder.default
    if hasattr(encoder, "mlp_head") or hasattr(encoder, "transform"):
        save_file({n: p.detach().clone() for n, p in encoder.state_dict().items()}, folder / "prompt_encoder_init.safetensors")
    probe = {f"logits_before{n}": p for n, p in probed(model, rows).items()}
    exact = copy.deepcopy(model).double()
    trajectory, exact_trajectory = train(model, rows), train(exact, rows)
    after = probed(model, rows)
    probe.update({f"logits_after{n}": p for n, p in after.items()})
    save(model, folder / "adapter_final")
    again = PeftModel.from_pretrained(kind.from_pretrained(root / "base" / base_name), folder / "adapter_final").eval()
    alone = max(  # rows of a padded batch are what they are alone
        distance(probed(model, {n: p[r:r + 1, :int(rows["probe_attention_mask"][r].sum())] for n, p in rows.items()}),
                 {"": after[""][r:r + 1]}) for r in range(3)) if configured.task_type == "SEQ_CLS" else 0.0
    w, e = weights(model), weights(exact)
    noise = {
        "loss_abs": max(abs(a - b) for a, b in zip(trajectory["loss"], exact_trajectory["loss"])),
        "grad_norm_rel": max(abs(a - b) / b for a, b in zip(trajectory["grad_norm"], exact_trajectory["grad_norm"])),
        "logits_abs": distance(after, probed(exact, rows)),
        "weights_abs": max((w[n] - e[n]).abs().max().item() for n in w),
    }
    save_file(probe, folder / "probe_logits.safetensors")
    hyperparameters = {
        "lr": RATE, "schedule": "linear", "warmup": 2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01, "max_grad_norm": 1.0}
    for key in ("num_virtual_tokens", "encoder_hidden_size", "encoder_reparameterization_type", "num_tasks", "num_ranks",
                "prompt_tuning_init", "prompt_tuning_init_task", "prompt_tuning_init_state_dict_path"):
        if getattr(configured, key, None) is not None:
            hyperparameters[key] = getattr(configured, key)
    if getattr(configured, "prefix_projection", False):
        hyperparameters["prefix_projection"] = True
    case = {
        "case": name, "base": f"base/{base_name}", "batches": f"batches/prompt_{base_name}.safetensors",
        "peer": {
            "python": platform.python_version(), "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__, "peft": peft.__version__},
        "function": "peft.get_peft_model + torch.optim.AdamW", "hyperparameters": hyperparameters,
        "trajectory": trajectory, "noise": noise,
        "tolerance": {k: max(FLOORS[k], 10 * v) for k, v in noise.items()},
        "selfcheck": {"reloaded_logits_abs": distance(probed(again, rows), after), "alone_logits_abs": alone}}
    (folder / "case.json").write_text(json.dumps(case, indent=1, default=lambda each: getattr(each, "value", str(each))))
    moved = max((probe[f"logits_after{n}"] - probe[f"logits_before{n}"]).abs().max().item() for n in after)
    print(f"{name:24} moved {moved:.3f}", case["selfcheck"], noise)


def main(root):
    os.chdir(root)  # PEFT reads the source again whenever it loads a target
    root = pathlib.Path(".")
    peft.peft_model.inspect = Signatures()
    for name, (kind, config) in BASES.items():
        if config is not None:
            randomised(kind, config).save_pretrained(root / "base" / name)
        pad = 1 if name.startswith("roberta") else 0
        save_file(batches(pad), root / "batches" / f"prompt_{name}.safetensors")
    for name, (base, config) in CASES.items():
        make(root, name, base, config)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
