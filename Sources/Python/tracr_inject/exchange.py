"""Exchanges a variable between texts, in the libraries that people run models with.

The tensors may be torch's or numpy's: all that is asked of them is `@`, `+`, `-`, `flip` and `new_tensor`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import numpy as np

from .run import Run


@dataclass(frozen=True)
class Exchange:
    """h' = h + P (h_other - h): each text of a batch takes a variable's value from its partner.

    The partner of a batch's first text is its last, and so on; of two texts each is the other's. P projects onto the
    variable's subspace. Texts of a batch have equal numbers of tokens, and no token stands before them.
    """

    run: Run
    variable: str
    #: The student's state at which it is exchanged.
    state: int

    def __call__(self, hidden: Any) -> Any:
        """The states of a batch, [texts, tokens, d_model], after the exchange."""
        basis = self.run.subspace(self.variable)
        if isinstance(hidden, np.ndarray):
            return hidden + (hidden[::-1] - hidden) @ basis.T @ basis
        basis = hidden.new_tensor(basis)
        return hidden + (hidden.flip(0) - hidden) @ basis.T @ basis

    @contextmanager
    def transformers(self, model: Any) -> Iterator[None]:
        """Exchanges in every pass of a model of transformers, as long as the block lasts."""
        def before(module: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
            return (self(arguments[0]), *arguments[1:])

        handle = reader(model, self.state).register_forward_pre_hook(before)
        try:
            yield
        finally:
            handle.remove()

    def transformer_lens(self) -> list[tuple[str, Callable[..., Any]]]:
        """What `run_with_hooks` of TransformerLens takes as `fwd_hooks`.

        Load the student without folding or centring its weights (`TransformerBridge.boot_transformers`), and make its
        tokens with `prepend_bos=False`.
        """
        point = f"blocks.{self.state - 1}.hook_resid_post" if self.state > 0 else "blocks.0.hook_resid_pre"
        return [(point, lambda hidden, hook: self(hidden))]

    def nnsight(self, model: Any) -> None:
        """Exchanges in the pass of the `trace` of nnsight that this is called in."""
        module = reader(model, self.state)
        module.input = self(module.input)


def hidden_state(model: Any, state: int, **inputs: Any) -> np.ndarray:
    """A state of a model of transformers on a batch of texts: [texts, tokens, d_model], in float32.

    `inputs` are what the model takes, `input_ids` say. Call it within `torch.no_grad()`.
    """
    seen: list[Any] = []
    handle = reader(model, state).register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0]))
    try:
        model(**inputs)
    finally:
        handle.remove()
    return np.asarray(seen[0].detach().float().cpu().numpy())


def reader(model: Any, state: int) -> Any:
    """The module that reads a state: the block behind it, or the last norm. `hidden_states` of transformers differ from it
    at the last state, where they are behind the norm."""
    for name in ("transformer", "model", "gpt_neox"):
        body = getattr(model, name, None)
        body = getattr(body, "decoder", body)  # OPT
        if body is not None and (hasattr(body, "h") or hasattr(body, "layers")):
            blocks = body.h if hasattr(body, "h") else body.layers
            norm = next(n for n in ("ln_f", "norm", "final_layer_norm") if hasattr(body, n))
            count = len(blocks)
            if not 0 <= state <= count:
                raise ValueError(f"the model has states 0 to {count}, and not {state}")
            return blocks[state] if state < count else getattr(body, norm)
    raise TypeError(f"{type(model).__name__} is no GPT-2, Llama, Qwen, GPT-NeoX or OPT of transformers")
