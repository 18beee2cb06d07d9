"""Runs an exported GPT-2 with transformers: one JSON array of token ids a line in, the ids of the largest logits out.

    python run_gpt2.py FOLDER [--lens] < inputs.jsonl

With --lens the model runs inside TransformerLens (4.x), layer normalisation folded into the weights.
"""
import json
import sys

import torch

if "--lens" in sys.argv:
    from transformer_lens.model_bridge import TransformerBridge

    model = TransformerBridge.boot_transformers(sys.argv[1])
    model.enable_compatibility_mode()
else:
    from transformers import GPT2LMHeadModel

    model = GPT2LMHeadModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()
for line in sys.stdin:
    with torch.no_grad():
        output = model(torch.tensor([json.loads(line)]))
    logits = getattr(output, "logits", output)
    print(json.dumps(logits[0].argmax(-1).tolist()))
