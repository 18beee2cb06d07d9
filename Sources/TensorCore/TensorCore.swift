/// # TensorCore
///
/// Single-precision tensors in arenas, reverse-mode differentiation on a tape, and the operations that decoders and
/// their losses need. A training step allocates nothing once its arena has grown: every tensor of the step lives in the
/// arena, and one `Arena.reset()` recycles them all.
///
/// Shape letters, used by every operation's documentation:
///
/// | letter | meaning |
/// |---|---|
/// | N | tokens in a packed batch (rows of an activation); sequences follow each other without padding |
/// | B | sequences in a batch |
/// | T | length of one sequence |
/// | D | width of the residual stream |
/// | H | attention heads, each of width D / H |
/// | G | heads of keys and values, where groups of query heads share one |
/// | W | width of one attention head |
/// | V | vocabulary size |
/// | P | positions the position table holds |
/// | I, O | input and output width of a linear map |
/// | R | rows that reach a loss |
/// | C | coordinates of the compiled model's residual stream |
/// | r | rank of a projector |
///
/// Matrices are row-major. Operations are in `Autograd`, most in a file of their own: formula, shapes, forward,
/// backward.
public enum TensorCore {}
