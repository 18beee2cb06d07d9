#include "cmpi.h"

#ifdef MPI
#include <limits.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static MPI_Comm job;  // a communicator of our own: its errors are returned, not fatal
static MPI_Request *requests;
static int capacity;

int cmpi_start(int *rank, int *size) {
    // Over TCP, Open MPI writes a large message in one piece, behind which its answers to the other side's wait: two ranks
    // that send to each other get about half of what the link carries both ways (4.1.4, messages of 8 MiB). In pieces of
    // this size they get nearly all. What the user has set counts.
    setenv("OMPI_MCA_btl_tcp_rdma_pipeline_frag_size", "262144", 0);
    int level = 0, code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    if (code != MPI_SUCCESS) return code;
    if ((code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN)) != MPI_SUCCESS) return code;
    if ((code = MPI_Comm_dup(MPI_COMM_WORLD, &job)) != MPI_SUCCESS) return code;
    if ((code = MPI_Comm_set_errhandler(job, MPI_ERRORS_RETURN)) != MPI_SUCCESS) return code;
    if ((code = MPI_Comm_rank(job, rank)) != MPI_SUCCESS) return code;
    return MPI_Comm_size(job, size);
}

// The first number that is free.
static int slot(int *request) {
    for (int i = 0; i < capacity; i++) {
        if (requests[i] == MPI_REQUEST_NULL) {
            *request = i;
            return MPI_SUCCESS;
        }
    }
    int larger = capacity ? 2 * capacity : 64;
    MPI_Request *grown = realloc(requests, (size_t)larger * sizeof *grown);
    if (!grown) return MPI_ERR_NO_MEM;
    for (int i = capacity; i < larger; i++) grown[i] = MPI_REQUEST_NULL;
    *request = capacity;
    requests = grown;
    capacity = larger;
    return MPI_SUCCESS;
}

int cmpi_send(const void *bytes, size_t count, int to, int tag, int *request) {
    if (count > INT_MAX) return MPI_ERR_COUNT;
    int code = slot(request);
    if (code != MPI_SUCCESS) return code;
    return MPI_Isend(bytes, (int)count, MPI_BYTE, to, tag, job, &requests[*request]);
}

int cmpi_receive(void *bytes, size_t count, int from, int tag, int *request) {
    if (count > INT_MAX) return MPI_ERR_COUNT;
    int code = slot(request);
    if (code != MPI_SUCCESS) return code;
    return MPI_Irecv(bytes, (int)count, MPI_BYTE, from, tag, job, &requests[*request]);
}

int cmpi_test(int request, int *is_done) { return MPI_Test(&requests[request], is_done, MPI_STATUS_IGNORE); }

int cmpi_finish(void) { return MPI_Finalize(); }

void cmpi_end_later(int launcher, int seconds) {
    // In the child of a process of several threads only calls that a signal handler may make are allowed.
    if (launcher <= 1 || fork() != 0) return;
    setsid();
    // Whoever reads what the launcher prints would wait for this process too.
    long files = sysconf(_SC_OPEN_MAX);
    for (int file = 0; file < (files > 0 && files < 65536 ? files : 65536); file++) close(file);
    while (seconds > 0 && kill(launcher, 0) == 0) {
        sleep(1);
        seconds--;
    }
    if (seconds == 0) kill(launcher, SIGKILL);
    _exit(0);
}

void cmpi_describe(int code, char *text, size_t length) {
    char words[MPI_MAX_ERROR_STRING] = "";
    int count = 0;
    if (MPI_Error_string(code, words, &count) != MPI_SUCCESS) count = snprintf(words, sizeof words, "error %d", code);
    snprintf(text, length, "%.*s", count, words);
}
#else
// ISO C wants a translation unit to declare something.
typedef int cmpi_absent;
#endif
