"""The loss of ids by the strided windows of the guide to perplexity in `transformers`: strided.py CHECKPOINT CONTEXT STRIDE < IDS.

Written after the guide's text: each window's mean loss is the model's own, `labels` of earlier windows are -100, and a
mean weighs the number of labels that are not, less one. Double precision. Prints the sum of weights and the mean in nats.
"""

import sys

import torch
from transformers import AutoModelForCausalLM

folder, context, stride = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ids = torch.tensor([[int(word) for word in sys.stdin.read().split()]])
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
total, weights, scored = 0.0, 0, 0
for start in range(0, ids.shape[1], stride):
    end = min(start + context, ids.shape[1])
    window = ids[:, start:end]
    labels = window.clone()
    labels[:, : scored - start] = -100
    with torch.no_grad():
        loss = model(window, labels=labels).loss.item()
    weight = (labels != -100).sum().item() - 1
    total += loss * weight
    weights += weight
    scored = end
    if end == ids.shape[1]:
        break
print(weights, repr(total / weights))
