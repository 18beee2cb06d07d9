// LAPACKE's complex types need C99's complex.h, which Swift cannot import; plain structs of the same layout can be.
#define LAPACK_COMPLEX_STRUCTURE
#include <lapacke.h>
