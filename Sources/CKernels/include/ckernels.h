// Single-precision vector kernels and the worker pool that divides them.
//
// Every kernel works on plain pointers, makes no allocation and has no state but the level of the processor that is in
// use (level.h); callers divide rows among workers.
// Where a kernel takes `beta`, it computes `out = beta * out + result`, and beta = 0 never reads `out` (it may hold
// uninitialised memory or NaN). Strides and counts are in floats.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "attention.h"
#include "convert_bf16.h"
#include "elementwise.h"
#include "gemm_bf16.h"
#include "heap.h"
#include "level.h"
#include "normalization.h"
#include "optimizer.h"
#include "pool.h"
#include "rotary.h"
#include "similarity.h"
#include "softmax.h"

#endif
