"""Writes peer-scores.json: random texts of invented words, and what the reference tools make of them.

python make_peer_scores.py ../resources/org/tune4j/eval/metric/peer-scores.json
Needs sacrebleu 2.6.0, rouge_score 0.1.2 and nltk 3.10.4.
"""
import json
import random
import sys

from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.bleu import _get_tokenizer

rng = random.Random(7)
ENGLISH = "the a of rates rose falling loans bank's patients' trial running well-known 3.5% $1,204.50 U.S. (net) x,y".split()
CHINESE = list("央行加息基点利率患者药物不的了在，。：") + ["25", "mg", "“", "”", "……", "ＡＢ", "１２", "㎏", "𠀀"]
ODD = ["naïve", "œuvre", "İstanbul", "ΣΑΣ", "½", "€5", "5€", "a\u00a0b", "c\u3000d", "e\u2009f", "g\u0085h", "i\u001cj",
       "&quot;k&quot;", "&amp;lt;", "-\nl", "\n-m", "<skipped>", "🙂", "𝒏", "カタカナ", "ひらがな", "。", "・", "１，２", "「x」", "→y", "it's", "it's.", "--", "...", "1-2", "٣٤", "²", "_", "$"]


def english(n):
    words = [rng.choice(ENGLISH) for _ in range(n)]
    return " ".join(words).replace(" x,y", ", ") + rng.choice([".", "?", "!", " ", ""])


def chinese(n):
    return "".join(rng.choice(CHINESE) for _ in range(n))


def odd(n):
    return rng.choice(["", " "]).join(rng.choice(ODD) for _ in range(n))


def changed(text, split, join):
    parts = split(text)
    for _ in range(rng.randrange(4)):
        if len(parts) > 3:
            i = rng.randrange(len(parts) - 2)
            run = parts[i:i + rng.randrange(1, 4)]
            del parts[i:i + len(run)]
            at = rng.randrange(len(parts) + 1)
            parts[at:at] = run
    for _ in range(rng.randrange(3)):
        if parts:
            parts[rng.randrange(len(parts))] = rng.choice(["new", "新", "the"])
    return join.join(parts)


rows = []
for make, split, join, sizes in [
    (english, str.split, " ", [3, 5, 8, 12, 20, 20, 30, 60, 150]),
    (chinese, list, "", [2, 5, 9, 15, 25, 40]),
    (odd, str.split, " ", [3, 6, 10, 20, 40, 40]),
]:
    for size in sizes:
        text = make(size)
        references = [changed(text, split, join)] + [make(max(2, size + rng.randrange(-2, 3))) for _ in range(rng.randrange(3))]
        rows.append({"hypothesis": text, "references": [r if r.strip() else "x" for r in references]})
rows.append({"hypothesis": "", "references": ["nothing was said"]})
rows.append({"hypothesis": english(120), "references": [english(4)]})
rows.append({"hypothesis": english(2), "references": [english(90)]})
for lines in (2, 4):
    rows.append({"hypothesis": "\n".join(english(7) for _ in range(lines)), "references": ["\n".join(english(8) for _ in range(3))]})

hypotheses = [r["hypothesis"] for r in rows]
width = max(len(r["references"]) for r in rows)
references = [[r["references"][i] if i < len(r["references"]) else None for r in rows] for i in range(width)]


def scored(metric):
    score = metric.corpus_score(hypotheses, references).score
    return {
        "score": score,
        "signature": str(metric.get_signature()),
        "statistics": [[float(x) for x in s] for s in metric._extract_corpus_statistics(hypotheses, references)],
    }


out = {"rows": rows, "metrics": {}, "tokens": {}}
for tokenizer in ("13a", "zh", "intl", "char", "none"):
    out["metrics"]["bleu " + tokenizer] = scored(BLEU(tokenize=tokenizer))
    cut = _get_tokenizer(tokenizer)()
    out["tokens"][tokenizer] = [cut(h.rstrip()).split() for h in hypotheses]
out["metrics"]["bleu lowercase"] = scored(BLEU(tokenize="13a", lowercase=True))
out["metrics"]["chrf"] = scored(CHRF())
out["metrics"]["chrf++"] = scored(CHRF(word_order=2))
out["metrics"]["chrf space"] = scored(CHRF(whitespace=True))
out["metrics"]["ter"] = scored(TER())
out["metrics"]["ter normalized"] = scored(TER(normalized=True))
out["metrics"]["ter asian"] = scored(TER(normalized=True, asian_support=True))
out["metrics"]["ter no punctuation"] = scored(TER(no_punct=True, asian_support=True, case_sensitive=True))

out["rouge"] = []
for row in rows:
    if any(not any(c.isascii() and c.isalnum() for c in r) for r in row["references"]):
        out["rouge"].append(None)  # tune4j refuses a reference without a token
        continue
    both = {}
    for label, stems in (("words", False), ("porter", True)):
        scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=stems)
        both[label] = {k: list(v) for k, v in scorer.score_multi(row["references"], row["hypothesis"]).items()}
    out["rouge"].append(both)

SUFFIXES = ["", "s", "es", "ies", "ied", "y", "ed", "eed", "ing", "e", "er", "al", "ational", "tional", "enci", "anci", "izer", "bli", "abli", "alli",
            "entli", "eli", "ousli", "ization", "ation", "ator", "alism", "iveness", "fulness", "ousness", "aliti", "iviti", "biliti", "fulli", "logi",
            "icate", "ative", "alize", "iciti", "ical", "ful", "ness", "ance", "ence", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion",
            "sion", "tion", "ou", "ism", "ate", "iti", "ous", "ive", "ize", "ll", "lls", "sses", "bled", "ating", "izing", "pping", "lling", "zzed"]
STEMS = ["", "a", "b", "y", "th", "oy", "syz", "geo", "tr", "hop", "fil", "rel", "gener", "wx", "controll", "yy", "ayb", "e", "snow", "tan1"]
words = [s + x for s in STEMS for x in SUFFIXES] + "skies sky dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed dies died tie flies happy".split()
stemmer = PorterStemmer()
out["stems"] = {w: stemmer.stem(w) for w in sorted(set(words)) if w}

with open(sys.argv[1], "w") as f:
    f.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v, ensure_ascii=True) for k, v in out.items()) + "\n}\n")
