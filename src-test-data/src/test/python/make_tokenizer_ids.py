"""Writes tokenizer_ids.tsv: texts and their ids by the Hugging Face tokenizers package.

Outside what Maven runs; needs `pip install tokenizers`. From the repository's root:
    python src-test-data/src/test/python/make_tokenizer_ids.py
A line: the ids with spaces between, a tab, the text with the escapes of a Java string.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer

MODULE = Path(__file__).parents[3]
RESOURCES = MODULE / "src/main/resources/org/tune4j/testdata"
OUT = MODULE / "src/test/resources/org/tune4j/testdata/tokenizer_ids.tsv"

HARD = [
    "Hello, world!",
    "I'm sure they've said we'll go; she'd rather not. DON'T!",
    "  two spaces,   three spaces and a tail  ",
    "tab\tand\r\nline breaks\n\n\nend\n",
    "no-break\u00a0space, wide\u3000space, line\u2028separator, next\u0085line",
    "你好，世界！今天是2026年11月24日。",
    "中文 English 混合 text 123 四五六",
    "emoji 😀😃 👩‍👩‍👧 🇨🇳 ❤️ and 👍🏽",
    "1234567890 3.14159 -42 1,000,000 ½ ² ③",
    "café naïve Ångström e\u0301 combining",
    "Ελληνικά Русский العربية हिन्दी 한국어 ไทย",
    "code: if (x != y) { return a[i] ** 2; } // #### 42",
    "\u0000\u0001\u001f\u007f control",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀𠮷 beyond the basic plane",
    "Review: The room was clean.\nSentiment:",
    " positive, quality",
    "评论：房间干净。\n情感：",
    "负面，速度",
    "",
    " ",
]


def escaped(text):
    for plain, escape in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, escape)
    return text


def main():
    tokenizer = Tokenizer.from_file(str(RESOURCES / "demo-base/tokenizer.json"))
    texts = list(HARD)
    for name in ("sentiment_test", "arithmetic_test"):
        rows = (RESOURCES / f"demo/{name}.jsonl").read_text(encoding="utf-8").splitlines()
        texts += ["".join(json.loads(row).values()) for row in rows[:20]]
    with OUT.open("w", encoding="utf-8", newline="\n") as out:
        for text in texts:
            ids = tokenizer.encode(text).ids
            assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
            out.write(" ".join(map(str, ids)) + "\t" + escaped(text) + "\n")


main()
