"""The same training step by tracr-inject and by PyTorch with transformers, in one run on one machine: seconds, ratios, peak memory.

    python step.py TRACR_INJECT [tiny] [small] [large] [smollm2] [--threads N] [--steps N]
    python step.py TRACR_INJECT small --generate        greedy continuation of 1,000 prompts by 8 tokens, beside `generate`

The peer is installed with `pip install torch transformers`; tracr-inject does not need it. One step: forward, backward and AdamW on 12
task examples of 60 tokens (cross-entropy on two answer tokens, alignment of nine residual states through a linear map, the
roll) and 12 texts of 70 tokens (KL to a frozen copy). Each side runs in processes of its own, one after the other, in every
mode; peak memory is the process's. PyTorch's GPT-2-large takes 4 + 4 sequences, which is what fits into 24 GiB, and is compared by
the token.
"""
import argparse
import json
import os
import subprocess
import sys

# Layers, width, heads, vocabulary, and the sequences of each kind that PyTorch can hold.
SIZES = {
    "tiny": (12, 128, 4, 512, 12),
    "small": (12, 768, 12, 50257, 12),
    "large": (36, 1280, 20, 50257, 4),
    "smollm2": (30, 576, 9, 49152, 12),
}
OURS = {"tiny": "tiny", "small": "gpt2", "large": "gpt2-large", "smollm2": "smollm2-135m"}
TASK_TOKENS, TEXT_TOKENS, STATES, DIRECTIONS, FINAL = 60, 70, 9, 160, 16


def model(size):
    """A model of the peer with random weights: GPT-2, or SmolLM2-135M, which is a Llama."""
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    layers, width, heads, vocabulary, _ = SIZES[size]
    if size != "smollm2":
        return GPT2LMHeadModel(GPT2Config(
            n_layer=layers, n_embd=width, n_head=heads, vocab_size=vocabulary, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0))
    return LlamaForCausalLM(LlamaConfig(
        num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads, num_key_value_heads=3, intermediate_size=1536,
        vocab_size=vocabulary, max_position_embeddings=8192, rms_norm_eps=1e-5, tie_word_embeddings=True))


def peer(size, precision, threads, steps):
    """One process of the peer: prints a JSON object."""
    import resource
    import time

    import torch
    from torch.nn import functional

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    _, width, _, vocabulary, sequences = SIZES[size]
    student, original = model(size), model(size)
    original.load_state_dict(student.state_dict())
    original.requires_grad_(False).eval()
    projection = torch.nn.Linear(width, DIRECTIONS)
    optimizer = torch.optim.AdamW(
        [{"params": student.parameters(), "lr": 1e-6}, {"params": projection.parameters(), "lr": 1e-4}], fused=True)
    task = torch.randint(vocabulary, (sequences, TASK_TOKENS))
    text = torch.randint(vocabulary, (sequences, TEXT_TOKENS))
    answers = torch.randint(vocabulary, (sequences, 2))
    targets = torch.randn(STATES, sequences, TASK_TOKENS, DIRECTIONS)
    rolling = [False]

    def roll(_, __, output):
        hidden = output[0] if isinstance(output, tuple) else output
        if not rolling[0]:
            return output
        basis = torch.linalg.qr(projection.weight[-FINAL:].float().T.detach())[0].to(hidden.dtype)
        symbolic = hidden @ basis @ basis.T
        rolled = torch.roll((hidden - symbolic).detach(), 1, 0) + symbolic
        return (rolled,) + output[1:] if isinstance(output, tuple) else rolled

    body = student.base_model
    (body.h if hasattr(body, "h") else body.layers)[STATES - 2].register_forward_hook(roll)

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            rolling[0] = True
            output = body(task, output_hidden_states=True)
            rolling[0] = False
            # As sparing as ours: only the answers' rows go through the head.
            logits = student.lm_head(output.last_hidden_state[:, -3:-1])
            loss = functional.cross_entropy(logits.float().reshape(-1, vocabulary), answers.reshape(-1))
            for state, target in zip(output.hidden_states, targets):
                mapped = projection(state).float()
                loss = loss + (1 - functional.cosine_similarity(mapped, target, dim=-1)).mean() / (STATES - 1)
            own = student(text).logits.float().log_softmax(-1)
            with torch.no_grad():
                wanted = original(text).logits.float().log_softmax(-1)
            loss = loss + functional.kl_div(own, wanted, log_target=True, reduction="sum") / text.numel()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    times = []
    for _ in range(steps + 1):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    times = sorted(times[1:])
    print(json.dumps({
        "step_seconds": times[len(times) // 2], "tokens_per_step": sequences * (TASK_TOKENS + TEXT_TOKENS),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def peer_generation(size, precision, threads):
    """1,000 prompts of 60 tokens, 8 new tokens each, in batches of 64; bf16: the whole model, the faster way for inference."""
    import time

    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    vocabulary, student = SIZES[size][3], model(size).eval()
    if precision == "bf16":
        student = student.to(torch.bfloat16)
    prompts = torch.randint(vocabulary - 1, (1000, 60))

    def run(batch):
        return student.generate(
            batch, attention_mask=torch.ones_like(batch), max_new_tokens=8, min_new_tokens=8, do_sample=False, pad_token_id=vocabulary - 1)

    run(prompts[:8])
    started = time.perf_counter()
    for first in range(0, len(prompts), 64):
        run(prompts[first:first + 64])
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "tokens_per_second": 8000 / seconds}))


def measured(command):
    # A preset kernel is not what a user's machine has.
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    if process.returncode:
        print(f"{' '.join(command)}: {process.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return json.loads(process.stdout.strip().splitlines()[-1])


def cell(result):
    if result is None:
        return "failed"
    return f"{result['step_seconds']:.2f} s, {result['peak_memory_bytes'] / 2**30:.1f} GiB"


def ratio(ours, theirs):
    """How many times as fast by the token."""
    if not ours or not theirs:
        return "-"
    return f"{theirs['step_seconds'] / theirs['tokens_per_step'] * ours['tokens_per_step'] / ours['step_seconds']:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable", nargs="?")
    parser.add_argument("sizes", nargs="*", default=["tiny", "small"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--generate", action="store_true")
    parser.add_argument("--peer", nargs=2, metavar=("SIZE", "PRECISION"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer and arguments.generate:
        return peer_generation(*arguments.peer, arguments.threads)
    if arguments.peer:
        return peer(*arguments.peer, arguments.threads, arguments.steps)

    count = ["--threads", str(arguments.threads), "--steps", str(arguments.steps)]
    if arguments.generate:
        print("| student | mode | tracr-inject | transformers fp32 | transformers bf16 | times as fast |")
        print("|---|---|---|---|---|---|")
        speed = lambda result: result["tokens_per_second"] if result else float("nan")
        threads = ["--threads", str(arguments.threads)]
        for size in arguments.sizes:
            theirs = [
                speed(measured([sys.executable, __file__, "--generate", "--peer", size, precision] + threads)) for precision in ("fp32", "bf16")]
            for precision in ("fp32", "bf16"):
                ours = speed(measured(
                    [arguments.executable, "bench", "--student", OURS[size], "--generate", "--json", "--set", f"precision={precision}"] + threads))
                print(
                    f"| {size} | {precision} | {ours:.0f} tokens/s | {theirs[0]:.0f} tokens/s | {theirs[1]:.0f} tokens/s "
                    f"| {ours / theirs[0]:.1f} and {ours / theirs[1]:.1f} |", flush=True)
        return
    print("| student | mode | tracr-inject | of the GEMM limit | PyTorch fp32 | PyTorch bf16 | times as fast |")
    print("|---|---|---|---|---|---|---|")
    kernel = None
    for size in arguments.sizes:
        theirs = {
            precision: measured([sys.executable, __file__, "--peer", size, precision] + count) for precision in ("fp32", "bf16")}
        for precision in ("fp32", "bf16"):
            ours = measured(
                [arguments.executable, "bench", "--student", OURS[size], "--json", "--set", f"precision={precision}"] + count)
            share = "-"
            if ours:
                kernel = ours["blas_kernel"]
                share = f"{100 * ours['gemm_fraction']:.0f} % of {ours['gemm_limit_flops'] / 1e9:.0f} GFLOP/s"
            ratios = f"{ratio(ours, theirs['fp32'])} and {ratio(ours, theirs['bf16'])}"
            print(f"| {size} | {precision} | {cell(ours)} | {share} | {cell(theirs['fp32'])} | {cell(theirs['bf16'])} | {ratios} |", flush=True)
    print(f"\n{arguments.threads} threads, BLAS kernel {kernel}")


main()
