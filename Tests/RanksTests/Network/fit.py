#!/usr/bin/env python3
"""Fits what a sum of gradients costs to measurements, and says what a step costs on N machines.

The model: every rank sends and receives 2 (N - 1) / N of the gradients' bytes, in pieces of at most 16 MiB, and every
piece takes two exchanges of N - 1 messages, all of which are under way at once:

    sum(N) = overhead(N) + bytes * 2 (N - 1) / N / rate + pieces * 2 * latency
    step(N) = step(1) + max(sum(N) - hidden, exposed(N))

where `hidden` is the part of the backward pass in which layers' gradients are sent while earlier ones are computed, and
`exposed` the sum of what comes last, the embedding, whose gradient is whole only at the end.

Input: one line of `bench --scaling --json` each, with "rate" (bytes a second) and "bytes" (of the gradients) put in:
    fit.py measured.jsonl
"""
import json
import sys


def pieces(layers, layer_bytes, rest_bytes, size=16 << 20):
    return layers * -(-layer_bytes // size) + -(-rest_bytes // size)


def fit(rows):
    """Least squares of seconds a byte beyond the link's own, and seconds a piece; relative errors count."""
    import numpy

    terms = []
    for row in rows:
        n, volume = row["ranks"], row["bytes"] * 2 * (row["ranks"] - 1) / row["ranks"]
        terms.append([volume / row["rate"], volume, row["pieces"]])
    matrix, seconds = numpy.array(terms), numpy.array([row["sum_seconds"] for row in rows])
    return numpy.linalg.lstsq(matrix / seconds[:, None], numpy.ones(len(rows)), rcond=None)[0]


def main():
    rows = [json.loads(line) for line in open(sys.argv[1])]
    link, byte, piece = fit(rows)
    print(f"link factor {link:.3f}, {byte * 1e9:.3f} ns a byte, {piece * 1e3:.3f} ms a piece")
    for row in rows:
        volume = row["bytes"] * 2 * (row["ranks"] - 1) / row["ranks"]
        fitted = link * volume / row["rate"] + byte * volume + piece * row["pieces"]
        print(f"{row['ranks']} ranks, {row['rate'] * 8e-9:.0f} Gbit/s, {row['bytes']} bytes: measured "
              f"{row['sum_seconds']:.3f} s, fitted {fitted:.3f} s")
    # GPT-2-large: 36 layers of 1280, 774 million parameters; a step at 12 + 12 sequences on two cores.
    step, width, layers = float(sys.argv[2]) if len(sys.argv) > 2 else 30.0, 1280, 36
    layer, rest = 4 * (12 * width * width + 13 * width), 4 * (50257 + 1024 + 2) * width
    for gradients, share in (("fp32", 1), ("bf16", 0.5)):
        for machines in (2, 8, 32):
            factor = 2 * (machines - 1) / machines * share
            def seconds(size, count):
                return (link / 1.25e9 + byte) * size * factor + piece * count
            whole = seconds(layers * layer + rest, pieces(layers, layer, rest))
            last = seconds(rest, pieces(0, 0, rest))
            # Two thirds of a step are the backward pass.
            exposed = max(whole - step * 2 / 3, last)
            print(f"GPT-2-large, {gradients}, {machines} machines, 10 Gbit/s: sum {whole:.2f} s, not hidden "
                  f"{exposed:.2f} s of a step of {step:.0f} s, efficiency {step / (step + exposed):.3f}")


if __name__ == "__main__":
    main()
