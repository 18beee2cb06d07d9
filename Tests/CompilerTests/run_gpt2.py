"""Runs an exported GPT-2 with transformers: one JSON array of token ids a line in, the ids of the largest logits out.

    python run_gpt2.py FOLDER [--lens] < inputs.jsonl

With --lens the model runs inside TransformerLens, layer normalisation folded into the weights.
"""
import json
import sys

import torch
from transformers import GPT2LMHeadModel

model = GPT2LMHeadModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()
if "--lens" in sys.argv:
    from transformer_lens import HookedTransformer

    model = HookedTransformer.from_pretrained("gpt2", hf_model=model)
for line in sys.stdin:
    with torch.no_grad():
        output = model(torch.tensor([json.loads(line)]))
    logits = getattr(output, "logits", output)
    print(json.dumps(logits[0].argmax(-1).tolist()))
