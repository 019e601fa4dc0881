"""Writes textattack.json: what TextAttack's searches make of texts that a toy classifier reads.

    pip install textattack==0.3.11
    python make_attacks.py ../resources/org/tune4j/eval/robustness/textattack.json

flair and NLTK's data, which TextAttack imports and these attacks do not use, are replaced by mocks.
WordNet and the stop words are short lists: those of synonyms stand in the file. The classifier's weight of a word is a
function of its letters, so the test computes the same.
"""
import json
import math
import random
import re
import sys
from unittest.mock import MagicMock

flair = MagicMock(device="cpu")
flair.data.Tokenizer = object
sys.modules.update({"flair": flair, "flair.data": flair.data, "flair.models": flair.models})

import nltk

nltk.corpus.stopwords = MagicMock()

import torch
from textattack import Attack
from textattack.attack_results import FailedAttackResult, SkippedAttackResult
from textattack.constraints.overlap import LevenshteinEditDistance, MaxWordsPerturbed
from textattack.constraints.pre_transformation import (
    MinWordLength,
    RepeatModification,
    StopwordModification,
)
from textattack.goal_functions import UntargetedClassification
from textattack.metrics.attack_metrics import AttackQueries, AttackSuccessRate, WordsPerturbed
from textattack.models.wrappers import ModelWrapper
from textattack.search_methods import GreedySearch, GreedyWordSwapWIR
from textattack.transformations import (
    CompositeTransformation,
    WordSwap,
    WordSwapNeighboringCharacterSwap,
    WordSwapRandomCharacterDeletion,
)

STOP_WORDS = ["the", "was", "a", "and", "not"]
SYNONYMS = {
    "good": ["fine", "decent", "great"],
    "bad": ["poor", "awful"],
    "room": ["chamber", "suite"],
    "bed": ["couch", "bunk", "cot"],
    "clean": ["tidy", "spotless", "pure", "neat"],
    "dirty": ["filthy", "soiled"],
    "waiter": ["server", "steward"],
    "friendly": ["kind", "amiable", "warm"],
    "slow": ["sluggish", "tardy"],
    "quick": ["fast", "rapid", "swift"],
}
WORDS = list(SYNONYMS) + STOP_WORDS + ["staff", "liked", "breakfast", "never", "often", "price"]


def weight(word):
    sum = 0
    for i, letter in enumerate(word):
        sum += ord(letter) * (7 * i + 13) ** 2
    return (sum % 1999 - 999) / 900


class Toy(ModelWrapper):
    def __init__(self):
        self.model = torch.nn.Identity()

    def __call__(self, texts):
        rows = []
        for text in texts:
            z = sum(weight(word) for word in re.findall(r"[\w\[\]]+", text.lower()))
            p = 1 / (1 + math.exp(-z))
            rows.append([1 - p, p])
        return torch.tensor(rows, dtype=torch.float64)


class Dictionary(WordSwap):
    def _get_replacement_words(self, word):
        return SYNONYMS.get(word.lower(), [])


def always(*constraints):
    return [RepeatModification(), StopwordModification(stopwords=STOP_WORDS), *constraints]


def bugs(skip):
    return CompositeTransformation(
        [
            WordSwapNeighboringCharacterSwap(False, skip, skip),
            WordSwapRandomCharacterDeletion(False, skip, skip),
        ]
    )


def attacks():
    goal = lambda: UntargetedClassification(Toy(), use_cache=True)
    return {
        "delete": Attack(
            goal(), always(MaxWordsPerturbed(max_percent=0.2)), Dictionary(), GreedyWordSwapWIR("delete")
        ),
        "unk": Attack(goal(), always(LevenshteinEditDistance(5)), bugs(False), GreedyWordSwapWIR("unk")),
        "weighted-saliency": Attack(goal(), always(), Dictionary(), GreedyWordSwapWIR("weighted-saliency")),
        "greedy": Attack(
            goal(), always(MaxWordsPerturbed(max_num_words=2), MinWordLength(4)), bugs(True), GreedySearch()
        ),
    }


def texts():
    draw = random.Random(7)
    for _ in range(40):
        words = draw.sample(WORDS, draw.randint(1, 11))  # no word twice: ties end in any order
        yield " ".join(words) + draw.choice([".", "!", " ...", ""]), draw.randint(0, 1)


def row(text, label, result):
    kind = (
        "skipped"
        if isinstance(result, SkippedAttackResult)
        else "failed" if isinstance(result, FailedAttackResult) else "successful"
    )
    original, perturbed = result.original_result.attacked_text, result.perturbed_result.attacked_text
    return {
        "text": text,
        "label": label,
        "outcome": kind,
        "perturbed": perturbed.text,
        "queries": result.num_queries,
        "score": result.perturbed_result.score,
        "words_changed": len(original.all_words_diff(perturbed)),
    }


def main(path):
    out = {"synonyms": SYNONYMS, "attacks": {}}
    for name, attack in attacks().items():
        rows, results = [], []
        for text, label in texts():
            result = attack.attack(text, label)
            results.append(result)
            rows.append(row(text, label, result))
        figures = {
            **AttackSuccessRate().calculate(results),
            **WordsPerturbed().calculate(results),
            **AttackQueries().calculate(results),
        }
        kept = [
            "successful_attacks",
            "failed_attacks",
            "skipped_attacks",
            "original_accuracy",
            "attack_accuracy_perc",
            "attack_success_rate",
            "avg_word_perturbed_perc",
            "avg_num_queries",
        ]
        out["attacks"][name] = {"figures": {key: float(figures[key]) for key in kept}, "rows": rows}
    with open(path, "w") as file:
        json.dump(out, file, indent=1)


main(sys.argv[1])
