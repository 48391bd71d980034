"""Trains two small SentencePiece models on the package's own texts, and asks them for tokens.

    python3 sentencepiece_models.py ../../../corpora >sentencepiece_models.json

needs sentencepiece 0.2.3 from PyPI. Texts and models are handed on in memory, so that no path of a
machine gets into a model.
"""

import base64
import io
import json
import pathlib
import sys

import sentencepiece

TEXTS = [
    "",
    "a",
    " ",
    "  ",
    "The keeper's lamp burns all night.",
    "the keeper",
    " the keeper",
    "  the keeper",
    "the  keeper   of    the     lamp",
    "ends with a space ",
    "ends with two  ",
    "a tab\tand a\nnewline\r\n\n",
    "no-break\u00a0space and ideographic\u3000space",
    "THE KEEPER",
    "12345 and 3.14159, 100%",
    "naïve café, Zürich",
    "cafe\u0301",
    "\u00c5 \u212b A\u030a",
    "ﬁne ½ ²",
    "灯台",
    "灯台 守の灯",
    "한국어와 日本語",
    "маяк",
    "منارة في الليل",
    "દીવાદાંડી",
    "🗼",
    "🗼 the 👩‍👩‍👧 lamp 🇫🇷",
    "mark \u2581 in \u2581\u2581the text",
    "\u2581",
    "\u2581the",
    "<unk> <s> </s> <0x41>",
    "{\"json\": [1, 2, null]}",
    "for (int i = 0; i < n; i++) {\n  x += 1;\n}",
    "https://example.org/?q=lamp&n=1#top",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\u0001\u007f\u0085\ufeff\ufffd",
    "zero\u200bwidth\u200d",
    "the" * 20,
    "Lighthouse keepers keep the light",
    "...!?---___",
]


def train(lines, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type="bpe",
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=2,
        num_threads=1,
        **options,
    )
    return model.getvalue()


def asked(name, data):
    """A model with its tokens of all texts."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=data)
    texts = []
    for text in TEXTS:
        ids = processor.encode(text)
        texts.append(
            {
                "text": text,
                "ids": ids,
                "pieces": [processor.id_to_piece(id) for id in ids],
                "decoded": processor.decode(ids),
            }
        )
    return {"name": name, "file": base64.b64encode(data).decode(), "texts": texts}


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = []
    for name in ["lighthouse.txt", "kitchen-table.txt", "tidewater-manual.txt"]:
        lines += (folder / name).read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line]
    models = [
        # Characters that are no token become bytes, and a space is put before a text.
        asked(
            "bytes for other characters",
            train(lines, vocab_size=480, byte_fallback=True, character_coverage=0.999),
        ),
        # Characters that are no token are unknown, and no space is put before a text.
        asked(
            "no bytes",
            train(lines, vocab_size=160, character_coverage=0.98, add_dummy_prefix=False),
        ),
    ]
    print("[")
    for position, model in enumerate(models):
        print('{"name": %s, "file": "%s", "texts": [' % (json.dumps(model["name"]), model["file"]))
        print(",\n".join(json.dumps(text) for text in model["texts"]))
        print("]}" + ("," if position + 1 < len(models) else ""))
    print("]")


main()
