// Makes system calls fail on purpose. Loaded before the C library (LD_PRELOAD), and steered by the environment:
//
//   FAULT_PATH   calls on paths that hold this text are counted; others are passed on
//   FAULT_INPUT  the same for input
//   FAULT_CALL   the one that fails, of: write fsync close open input mkdir rename ftruncate symlink unlink rmdir;
//                open is to write, input to read (a folder too, whose names are listed or flushed)
//   FAULT_AT     the number of the call that fails, from 1; all after it fail too when FAULT_STAYS is set
//   FAULT_ERROR  errno; for write also: "short" writes at most 7 bytes, every time
//   FAULT_COUNT  a file that gets a line for each of these, its name and how many calls were counted, when the process
//                ends
//   FAULT_LOG    a file that gets a line for each call that failed: its number and path
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const calls[] = {
    "write", "fsync", "close", "open", "input", "mkdir", "rename", "ftruncate", "symlink", "unlink", "rmdir",
};
enum { CALLS = sizeof calls / sizeof *calls };
static atomic_int counted[CALLS];

static int matches(const char *path, const char *variable) {
    const char *wanted = getenv(variable);
    return wanted && path && strstr(path, wanted);
}

#define NEXT(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static void note(int number, const char *path) {
    const char *file = getenv("FAULT_LOG");
    if (!file) return;
    int descriptor = NEXT(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    char text[4200];
    int length = snprintf(text, sizeof text, "%d %s\n", number, path);
    if (NEXT(write)(descriptor, text, length) < 0) perror("FAULT_LOG");
    NEXT(close)(descriptor);
}

// Whether this call is the one that fails; errno is set.
static int fails_at(const char *path, const char *call) {
    if (!matches(path, strcmp(call, "input") ? "FAULT_PATH" : "FAULT_INPUT")) return 0;
    int index = 0;
    while (strcmp(calls[index], call)) index++;
    int number = atomic_fetch_add(&counted[index], 1) + 1;
    const char *wanted = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *error = getenv("FAULT_ERROR");
    if (!wanted || strcmp(wanted, call)) return 0;
    if (!at || !error || !strcmp(error, "short")) return 0;
    int first = atoi(at);
    if (number != first && !(number > first && getenv("FAULT_STAYS"))) return 0;
    note(number, path);
    errno = atoi(error);
    return 1;
}

static const char *path_of(int descriptor, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, size - 1);
    path[length < 0 ? 0 : length] = 0;
    return path;
}

static int descriptor_fails(int descriptor, const char *call) {
    char path[4096];
    return fails_at(path_of(descriptor, path, sizeof path), call);
}

__attribute__((destructor)) static void report(void) {
    const char *file = getenv("FAULT_COUNT");
    if (!file) return;
    char text[32 * CALLS];
    int length = 0;
    for (int index = 0; index < CALLS; index++)
        length += snprintf(
            text + length, sizeof text - length, "%s %d\n", calls[index], atomic_load(&counted[index]));
    int descriptor = NEXT(open)(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (descriptor < 0) return;
    if (NEXT(write)(descriptor, text, length) < 0) return;
    NEXT(close)(descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (descriptor > 2) {
        char path[4096];
        if (descriptor_fails(descriptor, "write")) return -1;
        const char *error = getenv("FAULT_ERROR");
        if (error && !strcmp(error, "short") && count > 7 && matches(path_of(descriptor, path, sizeof path), "FAULT_PATH"))
            count = 7;
    }
    return NEXT(write)(descriptor, bytes, count);
}

int fsync(int descriptor) { return descriptor_fails(descriptor, "fsync") ? -1 : NEXT(fsync)(descriptor); }

int close(int descriptor) {
    // The descriptor is gone whatever the system says of the data.
    int bad = descriptor > 2 && descriptor_fails(descriptor, "close"), code = errno;
    int status = NEXT(close)(descriptor);
    if (!bad) return status;
    errno = code;
    return -1;
}

static int open_mode(int flags, va_list arguments) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list arguments; \
        va_start(arguments, flags); \
        int mode = open_mode(flags, arguments); \
        va_end(arguments); \
        if (fails_at(path, flags & (O_WRONLY | O_RDWR) ? "open" : "input")) return -1; \
        return NEXT(name)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

FILE *fopen(const char *path, const char *mode) {
    return fails_at(path, strpbrk(mode, "wa+") ? "open" : "input") ? NULL : NEXT(fopen)(path, mode);
}

DIR *opendir(const char *path) { return fails_at(path, "input") ? NULL : NEXT(opendir)(path); }

int mkdir(const char *path, mode_t mode) { return fails_at(path, "mkdir") ? -1 : NEXT(mkdir)(path, mode); }

int rename(const char *from, const char *to) { return fails_at(to, "rename") ? -1 : NEXT(rename)(from, to); }

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return fails_at(to, "rename") ? -1 : NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int ftruncate(int descriptor, off_t length) {
    return descriptor_fails(descriptor, "ftruncate") ? -1 : NEXT(ftruncate)(descriptor, length);
}

int symlink(const char *target, const char *path) { return fails_at(path, "symlink") ? -1 : NEXT(symlink)(target, path); }

int unlink(const char *path) { return fails_at(path, "unlink") ? -1 : NEXT(unlink)(path); }

int rmdir(const char *path) { return fails_at(path, "rmdir") ? -1 : NEXT(rmdir)(path); }
