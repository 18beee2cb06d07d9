"""Loss, gradients and ten AdamW steps of a model of `transformers`, for the scripts that write what tests compare with."""

import torch


def loss(model, sequences):
    """Mean cross-entropy of the next tokens over all sequences, and the logits of each."""
    total, count, logits = 0, 0, []
    for sequence in sequences:
        tokens = torch.as_tensor(sequence)
        output = model(tokens[None]).logits[0]
        logits.append(output.detach().float())
        total = total + torch.nn.functional.cross_entropy(output[:-1], tokens[1:], reduction="sum")
        count += len(sequence) - 1
    return total / count, logits


def train(model, sequences, parameters, result, prefix=""):
    """Adds logits and gradients before the first step, the parameters after ten, and eleven losses.

    `parameters` has the model's, by the names that the tests give them.
    """
    # An epsilon below which gradients count for little: Adam scales the rounding noise of the smallest ones up to full
    # steps, and with the default epsilon fp32 and fp64 part ways within ten steps, here and in the peer alike.
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
         {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0}], lr=3e-3, eps=1e-2)
    losses = []
    for step in range(10):
        optimizer.zero_grad()
        value, logits = loss(model, sequences)
        value.backward()
        losses.append(value.item())
        if step == 0:
            for index, output in enumerate(logits):
                result[f"{prefix}logits.{index}"] = output
            for name, parameter in parameters.items():
                result[f"{prefix}gradient.{name}"] = parameter.grad.float()
        optimizer.step()
    for name, parameter in parameters.items():
        result[f"{prefix}after.{name}"] = parameter.detach().float().contiguous()
    losses.append(loss(model, sequences)[0].item())
    result[f"{prefix}losses"] = torch.tensor(losses)
    return losses
