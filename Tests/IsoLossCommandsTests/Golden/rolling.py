"""The loss of ids by lm-evaluation-harness's rolling windows: rolling.py CHECKPOINT CONTEXT BEGINNING < IDS.

The windows come from the harness itself, the logits from `transformers` in double precision. Prints the number of ids
and the mean loss in nats.
"""

import sys

import torch
from lm_eval.utils import get_rolling_token_windows
from transformers import AutoModelForCausalLM

folder, context, beginning = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ids = [int(word) for word in sys.stdin.read().split()]
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
total = 0.0
for inputs, predicted in get_rolling_token_windows(ids, beginning, context, 1):
    with torch.no_grad():
        logits = model(torch.tensor([inputs])).logits[0, -len(predicted) :]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(predicted), reduction="sum")
    total += loss.item()
print(len(ids), repr(total / len(ids)))
