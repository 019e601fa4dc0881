"""Writes which modules PEFT adapts where none are named (DefaultTargetsTest): its own tables, for the families of tune4j.

    python make_default_targets.py peft-lora/src/test/resources/org/tune4j/lora/default_targets.json
"""

import json
import sys

import peft
from peft.utils import constants

FAMILIES = [
    "bert", "deepseek_v2", "deepseek_v3", "gemma2", "gpt2", "gpt_neox", "llama", "mistral", "mixtral", "olmo2", "phi3", "qwen2",
    "qwen2_moe", "qwen3", "roberta", "xlm-roberta"]
TABLES = {
    "LORA": "LORA", "VERA": "VERA", "LOHA": "LOHA", "LOKR": "LOKR", "OFT": "OFT", "HRA": "HRA", "MISS": "MISS", "IA3": "IA3",
    "ADALORA": "ADALORA", "LN_TUNING": "LNTUNING"}


def table(name):
    theirs = getattr(constants, f"TRANSFORMERS_MODELS_TO_{name}_TARGET_MODULES_MAPPING")
    return {family: theirs[family] for family in FAMILIES if family in theirs}


with open(sys.argv[1], "w") as file:
    json.dump({"peft": peft.__version__, "targets": {k: table(v) for k, v in TABLES.items()}}, file, indent=1)
    file.write("\n")
