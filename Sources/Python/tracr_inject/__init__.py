"""What `tracr-inject` writes, as numpy arrays: runs and their bundles, and the cases of known circuits.

Nothing but numpy is needed. Hooks that exchange a variable are given for transformers, TransformerLens and nnsight, none of
which is imported here: they work on the tensors that they are handed.
"""

from .case import Case, Edge
from .exchange import Exchange, hidden_state
from .records import Activations, ExchangeRecord, Prediction, activations, exchanges, predictions
from .run import Run, Value, Variable
from .safetensors import read_safetensors

__all__ = [
    "Activations", "Case", "Edge", "Exchange", "ExchangeRecord", "Prediction", "Run", "Value", "Variable", "activations",
    "exchanges", "hidden_state", "predictions", "read_safetensors",
]
