"""Writes what a Hugging Face folder says greedily to prompts: ids, and by how much the best logit is above the second.

    python greedy_texts.py FOLDER PROMPTS NEW OUT.json

The prompts are beginnings of paragraphs of this project's documentation, of 4 to 40 words.
"""

import json
import pathlib
import random
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, count, new, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
root = pathlib.Path(__file__).resolve().parents[3]
paragraphs = [" ".join(text.split()) for page in sorted(root.glob("Sources/*/*.docc/*.md")) for text in page.read_text().split("\n\n")]
draw = random.Random(1)
chosen = draw.sample([text for text in paragraphs if len(text.split()) > 40], count)
prompts = [" ".join(text.split()[:draw.randrange(4, 41)]) for text in chosen]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
result = []
with torch.no_grad():
    for prompt in prompts:
        ids = tokenizer(prompt)["input_ids"]
        said, margins, cache, step = [], [], None, torch.tensor([ids])
        for _ in range(new):
            output = model(step, past_key_values=cache, use_cache=True)
            cache, best = output.past_key_values, output.logits[0, -1].topk(2)
            said.append(best.indices[0].item())
            margins.append((best.values[0] - best.values[1]).item())
            step = best.indices[:1][None]
        result.append({"prompt": prompt, "ids": ids, "greedy": said, "margins": margins})
with open(out, "w") as file:
    json.dump(result, file)
