"""Loads a written checkpoint with transformers, and compares it with the one it was read from, if that is named."""

import sys

import torch
from transformers import AutoModelForCausalLM


def load(folder):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True
    )


written = sys.argv[1]
model, info = load(written)
assert not any(info.values()), info
state = model.state_dict()
rope = getattr(model.config, "rope_parameters", None)
print(f"{written}: {len(state)} tensors, {sum(p.numel() for p in model.parameters())} parameters, {rope}")
if len(sys.argv) > 2:
    expected, _ = load(sys.argv[2])
    reference = expected.state_dict()
    assert state.keys() == reference.keys()
    for name, tensor in state.items():
        assert torch.equal(tensor, reference[name]), name
    ids = torch.arange(3, 51)[None]
    with torch.no_grad():
        difference = (model(ids).logits - expected(ids).logits).abs().max().item()
    print(f"all equal, logits differ by {difference}")
