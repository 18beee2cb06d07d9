#ifndef CMPI_H
#define CMPI_H
#include <stddef.h>

// Point-to-point messages over MPI. Every function is called by the thread that called cmpi_start, and returns 0 or an
// error code that cmpi_describe puts into words. Without the package trait MPI there is nothing here.

/// Takes this process into the job that its launcher started.
int cmpi_start(int *rank, int *size);

/// Begins to send or to receive `count` bytes, at most INT_MAX; `request` is a number for cmpi_test.
int cmpi_send(const void *bytes, size_t count, int to, int tag, int *request);
int cmpi_receive(void *bytes, size_t count, int from, int tag, int *request);

/// Whether a message is through; its number is then free again.
int cmpi_test(int request, int *is_done);

/// Leaves the job. Every rank has to call it.
int cmpi_finish(void);

/// Leaves a process behind that ends the process `launcher` where it is still there after so many seconds. It keeps no
/// file open and touches nothing else.
void cmpi_end_later(int launcher, int seconds);

/// Writes at most `capacity` bytes of text, its end included.
void cmpi_describe(int code, char *text, size_t capacity);
#endif
