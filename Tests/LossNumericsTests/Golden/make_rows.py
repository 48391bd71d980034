"""Norms, losses, rotary positions and AdamW of small inputs by PyTorch in float64, for GoldenRows.swift.

Inputs are quarters and eighths, exact in every format.
"""

import torch
import torch.nn.functional as F

X = [0.5, -1.25, 2.0, 0.75, -0.5, 3.0, 1.5, -2.25, 0.25, 4.0]
G = [1.0, -0.5, 0.25, 2.0, -1.5, 0.75, 1.25, -0.25, 0.5, -1.0]
W = [1.5, 0.5, -1.0, 2.0, 0.25]
B = [0.125, -0.25, 0.5, 0.0, 1.0]


def show(name, tensor):
    values = ", ".join(f"{v:.9g}" for v in tensor.detach().flatten().tolist())
    print(f"  static let {name}: [Float] = [{values}]")


def norms():
    x, w, b = (torch.tensor(v, dtype=torch.float64) for v in (X, W, B))
    x = x.reshape(2, 5).requires_grad_()
    w.requires_grad_()
    b.requires_grad_()
    g = torch.tensor(G, dtype=torch.float64).reshape(2, 5)
    out = F.layer_norm(x, (5,), w, b, 1e-5)
    show("layerNorm", out)
    for name, value in zip(("X", "Weight", "Bias"), torch.autograd.grad(out, (x, w, b), g)):
        show(f"layerNormGradientOf{name}", value)
    out = F.rms_norm(x, (5,), w, 1e-6)
    show("rmsNorm", out)
    for name, value in zip(("X", "Weight"), torch.autograd.grad(out, (x, w), g)):
        show(f"rmsNormGradientOf{name}", value)


def losses():
    logits = torch.tensor(X, dtype=torch.float64).reshape(2, 5).requires_grad_()
    targets = torch.tensor([2, 0])
    plain = F.cross_entropy(logits, targets, reduction="none")
    show("crossEntropy", plain)
    show("crossEntropyGradient", torch.autograd.grad(plain.sum() / 2, logits)[0])
    smooth = F.cross_entropy(logits, targets, reduction="none", label_smoothing=0.1)
    smooth = smooth + 0.01 * torch.logsumexp(logits, 1) ** 2
    show("smoothCrossEntropy", smooth)
    show("smoothCrossEntropyGradient", torch.autograd.grad(smooth.sum() / 2, logits)[0])
    y = torch.softmax(logits * 0.5, 1)
    show("softmax", y)
    g = torch.tensor(G, dtype=torch.float64).reshape(2, 5)
    show("softmaxGradient", torch.autograd.grad(y, logits, g)[0])


def rotary():
    # Two heads of two pairs at position 7: pairs as complex numbers, times exp(i angle).
    x = torch.tensor(X[:8], dtype=torch.float64).reshape(2, 2, 2)
    angles = 7 * 10000.0 ** (-torch.arange(0, 4, 2, dtype=torch.float64) / 4)
    turned = torch.view_as_complex(x) * torch.polar(torch.ones_like(angles), angles)
    show("rotary", torch.view_as_real(turned))


def adamw():
    p = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.AdamW([p], lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    for step in range(3):
        p.grad = torch.tensor(G, dtype=torch.float64) * (step + 1)
        optimizer.step()
    show("adamW", p)


torch.set_num_threads(1)
norms()
losses()
rotary()
adamw()
