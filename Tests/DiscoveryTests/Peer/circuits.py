#!/usr/bin/env python3
"""Circuit discovery beside hannamw/EAP-IG and MIB's circuit track, on random models. Outside CI.

    circuits.py --binary .build/release/tracr-inject --eap-ig DIR --mib DIR [--auto-circuit DIR] --tiny DIR
                --tokenizer DIR [--only small|tiny|gpt2] [--time]

DIR of --eap-ig, --mib and --auto-circuit are git repositories of hannamw/EAP-IG, hannamw/MIB-circuit-track and
UFO-101/auto-circuit; --tiny is a Hugging Face folder whose tokenizer and shape the first model takes, --tokenizer one with
GPT-2's tokenizer. Needs torch, transformers, transformer_lens (2.16), einops; for --auto-circuit also ordered-set, plotly,
attrs. Prints the largest differences and ends with 1 where one is over its bound. --time measures times instead: on a
machine that does nothing else.

Both read the same weights (a HookedTransformer is built from a configuration and filled by hand, so that nothing is
folded) and the same tokens. Their code is loaded as it is, but for 'cuda' and for the tokenizer.
"""
import argparse
import ast
import csv
import importlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import torch
import transformers
from transformer_lens import HookedTransformer, HookedTransformerConfig

FAILURES = []


def source(repository, path):
    file = Path(repository) / path
    if file.exists():
        return file.read_text()
    return subprocess.run(["git", "-C", repository, "show", f"HEAD:{path}"], check=True, capture_output=True, text=True).stdout


def load_eap(repository, folder):
    """The package `eap`, on the CPU, without drawing, for prompts that are lists of tokens."""
    package = Path(folder) / "eap"
    package.mkdir()
    for name in ("__init__", "attribute", "attribute_node", "evaluate", "graph", "utils"):
        (package / f"{name}.py").write_text(source(repository, f"src/eap/{name}.py").replace("'cuda'", "'cpu'"))
    (package / "visualization.py").write_text("get_color = generate_random_color = None\n")
    sys.path.insert(0, str(folder))
    modules = {name: importlib.import_module(f"eap.{name}") for name in ("graph", "utils", "evaluate", "attribute", "attribute_node")}

    def tokens(model, inputs, max_length=None):
        ids = torch.tensor(inputs)
        return ids, torch.ones_like(ids), torch.full((len(inputs),), ids.shape[1]), ids.shape[1]
    for module in modules.values():
        if hasattr(module, "tokenize_plus"):
            module.tokenize_plus = tokens
    return types.SimpleNamespace(**modules)


def load_mib(repository, eap):
    """MIB's evaluation, over this version of EAP-IG, which knows no optimal ablation."""
    evaluation = types.ModuleType("evaluation")
    exec(compile(source(repository, "MIB_circuit_track/evaluation.py"), "evaluation.py", "exec"), evaluation.__dict__)
    evaluation.evaluate_graph = lambda *a, optimal_ablation_path=None, **k: eap.evaluate.evaluate_graph(*a, **k)
    evaluation.print = lambda *a: None
    tree = ast.parse(source(repository, "print_results.py"))
    area = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "area_under_curve")
    exec(compile(ast.Module([area], []), "print_results.py", "exec"), evaluation.__dict__)
    return evaluation


def random_model(tokenizer_folder, folder, layers, heads, width, spread, seed):
    torch.manual_seed(seed)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer_folder)
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(
        n_layer=layers, n_head=heads, n_embd=width, n_positions=128, vocab_size=len(tokenizer), initializer_range=spread,
        bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, spread)
            if ".ln_" in name and name.endswith("weight"):
                parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return hooked(model), tokenizer


def hooked(model):
    c = model.config
    head = c.n_embd // c.n_head
    result = HookedTransformer(HookedTransformerConfig(
        n_layers=c.n_layer, n_heads=c.n_head, d_model=c.n_embd, d_head=head, d_mlp=4 * c.n_embd, n_ctx=c.n_positions,
        d_vocab=c.vocab_size, act_fn="gelu_new", normalization_type="LN", eps=c.layer_norm_epsilon, device="cpu"))
    weights = {k: v.detach() for k, v in model.transformer.state_dict().items()}
    state = {"embed.W_E": weights["wte.weight"], "pos_embed.W_pos": weights["wpe.weight"], "ln_final.w": weights["ln_f.weight"],
             "ln_final.b": weights["ln_f.bias"], "unembed.W_U": weights["wte.weight"].T, "unembed.b_U": torch.zeros(c.vocab_size)}
    for layer in range(c.n_layer):
        old, new = f"h.{layer}.", f"blocks.{layer}."
        for a, b in (("ln_1", "ln1"), ("ln_2", "ln2")):
            state[new + b + ".w"], state[new + b + ".b"] = weights[old + a + ".weight"], weights[old + a + ".bias"]
        matrices = weights[old + "attn.c_attn.weight"].chunk(3, 1)
        biases = weights[old + "attn.c_attn.bias"].chunk(3)
        for letter, matrix, bias in zip("QKV", matrices, biases):
            state[new + f"attn.W_{letter}"] = matrix.reshape(c.n_embd, c.n_head, head).transpose(0, 1)
            state[new + f"attn.b_{letter}"] = bias.reshape(c.n_head, head)
        state[new + "attn.W_O"] = weights[old + "attn.c_proj.weight"].reshape(c.n_head, head, c.n_embd)
        state[new + "attn.b_O"] = weights[old + "attn.c_proj.bias"]
        for a, b in (("c_fc", "in"), ("c_proj", "out")):
            state[new + f"mlp.W_{b}"], state[new + f"mlp.b_{b}"] = weights[old + f"mlp.{a}.weight"], weights[old + f"mlp.{a}.bias"]
    result.load_state_dict(state, strict=False)
    result.cfg.use_split_qkv_input = result.cfg.use_attn_result = result.cfg.use_hook_mlp_in = True
    return result.eval()


def pairs(tokenizer, file, count, length, seed):
    """Random tokens that a tokenizer reads back from their text, and two random answers. TransformerLens's first token
    is in the lists."""
    draw = random.Random(seed)
    plain = [i for i in range(len(tokenizer)) if tokenizer.decode([i]).strip().isalpha() and tokenizer.decode([i]).startswith(" ")]

    def prompt():
        while True:
            ids = [draw.choice(plain) for _ in range(length - 1)]
            if tokenizer.encode(tokenizer.decode(ids)) == ids:
                return ids
    rows = []
    with open(file, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["clean", "corrupted", "correct_idx", "incorrect_idx"])
        for _ in range(count):
            clean, corrupted = prompt(), prompt()
            answers = draw.sample(range(len(tokenizer)), 2)
            writer.writerow([tokenizer.decode(clean), tokenizer.decode(corrupted), *answers])
            rows.append(([tokenizer.eos_token_id] + clean, [tokenizer.eos_token_id] + corrupted, answers))
    return rows


def batches(rows, size=20):
    return [tuple(map(list, zip(*rows[i:i + size]))) for i in range(0, len(rows), size)]


def loss(logits, clean_logits, lengths, labels):
    labels = torch.tensor(labels)
    last = logits[:, -1]
    return (last.gather(1, labels[:, 1:]) - last.gather(1, labels[:, :1]))[:, 0]


def divergence(logits, clean_logits, lengths, labels):
    changed, clean = logits[:, -1].log_softmax(-1), clean_logits[:, -1].log_softmax(-1)
    return (clean.exp() * (clean - changed)).sum(-1)


def total(*a):
    return loss(*a).sum()


def ours(options, *arguments):
    done = subprocess.run([options.binary, *map(str, arguments), "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.stderr}")
    return json.loads(done.stdout)


def row(model, what, difference, bound, note=""):
    if not difference <= bound:
        FAILURES.append(what)
    print(f"{model:12} {what:28} {difference:10.1e} {bound:9.0e}  {note}", flush=True)


def theirs(eap, model, method, data, sample=None):
    """Of one of our methods by theirs: score by edge, and seconds."""
    graph = eap.graph.Graph.from_model(model)
    if sample:
        graph.edges = {name: graph.edges[name] for name in sample}
    start = time.time()
    metric = loss if method == "exact" else total
    eap.attribute.attribute(model, graph, data, metric, METHODS[method], "patching", ig_steps=STEPS.get(method), quiet=True)
    return {name: float(edge.score) for name, edge in graph.edges.items()}, time.time() - start


METHODS = {"eap": "EAP", "eap-ig-inputs": "EAP-IG-inputs", "eap-ig-activations": "EAP-IG-activations",
           "clean-corrupted": "clean-corrupted", "ifr": "information-flow-routes", "exact": "exact"}
STEPS = {"eap-ig-inputs": 5, "eap-ig-activations": 2}


def compare_methods(options, eap, name, model, folder, file, rows, exact_edges):
    data = batches(rows)
    for method in METHODS:
        sample = None
        if method == "exact":
            edges = list(eap.graph.Graph.from_model(model).edges)
            sample = edges if exact_edges is None else random.Random(1).sample(edges, exact_edges)
        expected, _ = theirs(eap, model, method, data, sample=sample)
        more = ["--steps", STEPS[method]] if method in STEPS else []
        found = ours(options, "discover", folder, "--method", method, "--pairs", file, "--prepend-bos", *more,
                     "--output", f"{folder}/{method}.json")["scores"]
        assert sample or set(found) == set(expected), "other edges"
        largest = max(abs(found[edge] - expected[edge]) for edge in expected)
        row(name, method, largest, 1e-4,
            f"{len(expected)} edges, {len(rows)} pairs, largest score {max(map(abs, expected.values())):.3g}")


def compare_nodes(options, eap, name, model, folder, file, rows):
    """Their gradient hook of an MLP as a node is at its input and not at its output: MLPs are left out but for `exact`."""
    for method in ("exact", "eap", "eap-ig-inputs"):
        graph = eap.graph.Graph.from_model(model, node_scores=True)
        if method == "exact":
            data = batches(rows)
            base = eap.evaluate.evaluate_baseline(model, data, loss, quiet=True).mean().item()
            expected = {}
            for node in graph.nodes.values():
                if node.name == "logits":
                    continue
                graph.in_graph |= graph.real_edge_mask
                for edge in node.child_edges:
                    edge.in_graph = False
                expected[node.name] = eap.evaluate.evaluate_graph(model, graph, data, loss, quiet=True).mean().item() - base
        else:
            eap.attribute_node.attribute_node(model, graph, batches(rows), total, METHODS[method], ig_steps=STEPS.get(method), quiet=True)
            expected = {name: float(graph.nodes_scores[graph.forward_index(node, attn_slice=False)])
                        for name, node in graph.nodes.items() if name != "logits" and not name.startswith("m")}
        more = ["--steps", STEPS[method]] if method in STEPS else []
        found = ours(options, "discover", folder, "--method", method, "--level", "node", "--pairs", file, "--prepend-bos", *more,
                     "--output", f"{folder}/{method}-node.json")["scores"]
        row(name, f"{method} (nodes)", max(abs(found[n] - expected[n]) for n in expected), 1e-4, f"{len(expected)} nodes")


def compare_scores(options, eap, mib, name, model, folder, file, rows):
    truth = eap.graph.Graph.from_json(f"{folder}/exact.json")
    truth.apply_topn(max(20, len(truth.edges) // 50), True)
    truth.to_json(f"{folder}/truth.json")
    for method in ("eap", "eap-ig-inputs"):
        path = f"{folder}/{method}.json"
        found = ours(options, "score", path, "--truth", f"{folder}/truth.json", "--model", folder, "--pairs", file, "--prepend-bos")
        graph = eap.graph.Graph.from_json
        rates = mib.evaluate_area_under_roc(truth, graph(path))
        row(name, f"AUROC of MIB, {method}", abs(found["mib_auroc"] - mib.area_under_curve(rates["FPR"], rates["TPR"])), 5e-5,
            f"{found['mib_auroc']:.4f}")
        metric = lambda *a: -loss(*a)
        for key, absolute, index in (("cpr", False, 1), ("cmd", True, 2)):
            value = mib.evaluate_area_under_curve(model, graph(path), batches(rows), metric, quiet=True, absolute=absolute)[index]
            row(name, f"{key.upper()}, {method}", abs(found[key] - value), 5e-5, f"{found[key]:.4f}")


def acdc_order(eap, model):
    """All edges in the order in which they are looked at: readers from the logits down, writers from the latest."""
    graph = eap.graph.Graph.from_model(model)
    writers = list(graph.nodes)
    order = {reader: i for i, reader in enumerate(graph.get_dst_nodes())}
    return sorted(graph.edges, key=lambda name: (order[name.split("->")[1]], writers.index(name.split("->")[0])), reverse=True)


def our_acdc(options, folder, file, threshold):
    ours(options, "discover", folder, "--method", "acdc", "--metric", "kl", "--threshold", threshold, "--pairs", file,
         "--prepend-bos", "--output", f"{folder}/acdc.json")
    return {k for k, v in json.load(open(f"{folder}/acdc.json"))["edges"].items() if v["in_graph"]}


def compare_acdc(options, eap, name, model, folder, file, rows, threshold):
    """The algorithm over their evaluation of a graph."""
    graph = eap.graph.Graph.from_model(model)
    graph.prune = lambda: None
    graph.nodes_in_graph[:] = True
    graph.in_graph |= graph.real_edge_mask
    data = batches(rows)
    edges = [graph.edges[edge] for edge in acdc_order(eap, model)]
    current, closest = 0.0, 1.0
    for edge in edges:
        edge.in_graph = False
        value = eap.evaluate.evaluate_graph(model, graph, data, divergence, quiet=True, skip_clean=False).mean().item()
        closest = min(closest, abs(value - current - threshold))
        if value - current < threshold:
            current = value
        else:
            edge.in_graph = True
    expected = {edge.name for edge in edges if edge.in_graph}
    found = our_acdc(options, folder, file, threshold)
    row(name, "ACDC, edges that differ", len(found ^ expected), 0,
        f"{len(expected)} of {len(edges)} kept at {threshold}; nearest decision {closest:.0e} from it")


def load_auto_circuit(repository, folder):
    """The package `auto_circuit`, without what reads files from a cloud."""
    archive = subprocess.run(["git", "-C", repository, "archive", "HEAD", "auto_circuit"], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    for name, member in (("blobfile", "BlobFile"), ("word2word", "Word2word")):
        sys.modules.setdefault(name, types.SimpleNamespace(**{member: None}))
    sys.path.insert(0, str(folder))
    return types.SimpleNamespace(
        acdc=importlib.import_module("auto_circuit.prune_algos.ACDC").acdc_prune_scores,
        patchable=importlib.import_module("auto_circuit.utils.graph_utils").patchable_model)


def compare_auto_circuit(auto, name, folder, rows, order, found, base, exponent):
    """auto-circuit's own ACDC. It sorts its edges by layer and leaves the rest to the order of a set: here the set is a
    list in our order, which its sorting keeps."""
    def ours_of(text):
        writer, reader = text.split("->")
        heads = re.match(r"A(\d+)\.(\d+)(?:\.([QKV]))?$", writer), re.match(r"A(\d+)\.(\d+)\.([QKV])$", reader)
        writer = f"a{heads[0][1]}.h{heads[0][2]}" if heads[0] else writer.replace("Resid Start", "input").replace("MLP ", "m")
        if heads[1]:
            return f"{writer}->a{heads[1][1]}.h{heads[1][2]}<{heads[1][3].lower()}>"
        return f"{writer}->" + reader.replace("Resid End", "logits").replace("MLP ", "m")
    model = hooked(transformers.GPT2LMHeadModel.from_pretrained(folder).eval())
    model = auto.patchable(model, factorized=True, slice_output="last_seq", separate_qkv=True, device=torch.device("cpu"))
    edges = {ours_of(edge.name): edge for edge in model.edges}
    assert set(edges) == set(order), "other edges"
    model.edges = [edges[edge] for edge in order]
    batch = types.SimpleNamespace(clean=torch.tensor([r[0] for r in rows]), corrupt=torch.tensor([r[1] for r in rows]))
    scores = auto.acdc(model, [batch], None, tao_exps=[exponent], tao_bases=[base])
    expected = {edge for edge in order if edges[edge].prune_score(scores).isinf()}
    row(name, "ACDC of auto-circuit", len(found ^ expected), 0, f"{len(expected)} of {len(order)} kept at {base}e{exponent}")


def gemm():
    """GFLOP/s of PyTorch's own fp32 product of squares of 1,024, the best of five."""
    x, best = torch.randn(1024, 1024), 0.0
    for _ in range(5):
        start = time.time()
        for _ in range(10):
            x @ x
        best = max(best, 10 * 2 * 1024 ** 3 / (time.time() - start) / 1e9)
    return best


def measure_times(options, eap, name, model, folder, tokenizer, count, length, methods):
    """Wall and processor seconds of the command as a whole and of their method, which has its model loaded."""
    file = f"{folder}/timed.csv"
    rows = pairs(tokenizer, file, count, length, 5)
    print(f"{name}: {count} pairs of {length} tokens; fp32 products {gemm():.0f} GFLOP/s; load {os.getloadavg()[0]:.1f}", flush=True)
    for method in methods:
        more = ["--steps", STEPS[method]] if method in STEPS else []
        command = [options.binary, "discover", folder, "--method", method, "--pairs", file, "--prepend-bos", "--count", count,
                   *more, "--output", f"{folder}/timed.json", "--json", "--quiet"]
        start = time.time()
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
        usage = os.wait4(process.pid, 0)[2]
        wall, cpu = time.time() - start, usage.ru_utime + usage.ru_stime
        print(f"{name:12} {method:20} {wall:8.1f} s, {cpu:.1f} s of processors, {usage.ru_maxrss / 2 ** 20:.2f} GiB", end="", flush=True)
        if method == "exact":
            print(flush=True)
            continue
        start = time.process_time()
        peer = theirs(eap, model, method, batches(rows))[1]
        print(f"; peer {peer:.1f} s, {time.process_time() - start:.1f} s of processors: {peer / wall:.1f} times as long, "
              f"load {os.getloadavg()[0]:.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("binary", "eap-ig", "mib", "tiny", "tokenizer"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--auto-circuit", help="compares ACDC with auto-circuit's own as well")
    parser.add_argument("--exact-edges", type=int, default=300, help="of the exact scores, so many are compared (0: all)")
    parser.add_argument("--only", choices=["small", "tiny", "gpt2"], help="one model alone")
    parser.add_argument("--time", action="store_true", help="measure times instead")
    options = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as folder:
        eap = load_eap(options.eap_ig, folder)
        mib, auto = load_mib(options.mib, eap), None
        print(f"{'model':12} {'what':28} {'difference':>10} {'bound':>9}")
        models = [("small", options.tiny, 3, 4, 128, 0.08, 5, 10), ("tiny", options.tiny, 12, 4, 128, 0.08, 6, 16),
                  ("gpt2", options.tokenizer, 12, 12, 768, 0.03, 2, 12)]
        for name, tokenizer_folder, layers, heads, width, spread, count, length in models:
            if options.only not in (None, name):
                continue
            place = f"{folder}/{name}"
            model, tokenizer = random_model(tokenizer_folder, place, layers, heads, width, spread, 7)
            if options.time:
                if name == "tiny":
                    measure_times(options, eap, name, model, place, tokenizer, 100, 40, ("eap", "eap-ig-inputs", "exact"))
                if name == "gpt2":
                    measure_times(options, eap, name, model, place, tokenizer, 100, 60, ("eap", "eap-ig-inputs"))
                continue
            file = f"{place}/pairs.csv"
            rows = pairs(tokenizer, file, count, length, 3)
            edges = None if name == "small" or not options.exact_edges else options.exact_edges
            compare_methods(options, eap, name, model, place, file, rows, edges)
            compare_scores(options, eap, mib, name, model, place, file, rows)
            compare_nodes(options, eap, name, model, place, file, rows)
            if name == "small":
                compare_acdc(options, eap, name, model, place, file, rows, 0.003)
            if options.auto_circuit and name != "gpt2":
                auto = auto or load_auto_circuit(options.auto_circuit, folder)
                found = our_acdc(options, place, file, 0.003)
                compare_auto_circuit(auto, name, place, rows, acdc_order(eap, model), found, 3, -3)
    sys.exit(f"over their bounds: {', '.join(FAILURES)}" if FAILURES else 0)


if __name__ == "__main__":
    main()
