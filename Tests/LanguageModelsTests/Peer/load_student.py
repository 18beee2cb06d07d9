"""Loads a saved student with `transformers` and writes what it computes, for LanguageModelsTests to compare.

    python load_student.py FOLDER PROMPT NEW_TOKENS OUT.json
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, prompt, count, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
inputs = tokenizer(prompt, return_tensors="pt")
with torch.no_grad():
    logits = model(**inputs).logits[0, -1]
    text = model.generate(**inputs, max_new_tokens=count, do_sample=False, pad_token_id=model.config.eos_token_id)
with open(out, "w") as file:
    json.dump({
        "ids": inputs["input_ids"][0].tolist(), "logits": logits.tolist(), "vocabulary": len(tokenizer),
        "eos": tokenizer.eos_token_id, "generation_eos": model.generation_config.eos_token_id,
        "greedy": text[0, inputs["input_ids"].shape[1]:].tolist()}, file)
