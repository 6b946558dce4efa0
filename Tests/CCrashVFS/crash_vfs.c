#include "crash_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, FILES = 8, NAME = 512 };

enum kind { WRITE, TRUNCATE, SYNC, REMOVE, CREATE, MARK };

struct operation {
    enum kind kind;
    int file;
    sqlite3_int64 offset; // the length for TRUNCATE, the tag for MARK
    int count;
    unsigned char *bytes;
};

/// An open file: SQLite's view first, then the real file of the underlying VFS behind it.
struct handle {
    sqlite3_file base;
    int file; // -1: a temporary file, not recorded
    sqlite3_file *real;
};

static sqlite3_vfs *under;
static sqlite3_vfs crash;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct operation *operations;
static long count, capacity;
static char names[FILES][NAME];
static int files;

// --- the log

static int file_named(const char *name) {
    for (int i = 0; i < files; i++)
        if (strcmp(names[i], name) == 0) return i;
    if (files == FILES) abort();
    snprintf(names[files], NAME, "%s", name);
    return files++;
}

static void record(enum kind kind, int file, sqlite3_int64 offset, const void *bytes, int length) {
    if (file < 0) return;
    pthread_mutex_lock(&lock);
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 4096;
        operations = realloc(operations, (size_t)capacity * sizeof *operations);
        if (!operations) abort();
    }
    struct operation *next = &operations[count++];
    *next = (struct operation){kind, file, offset, length, NULL};
    if (length > 0) {
        next->bytes = malloc((size_t)length);
        if (!next->bytes) abort();
        memcpy(next->bytes, bytes, (size_t)length);
    }
    pthread_mutex_unlock(&lock);
}

static int record_named(enum kind kind, const char *name) {
    pthread_mutex_lock(&lock);
    int file = file_named(name);
    pthread_mutex_unlock(&lock);
    record(kind, file, 0, NULL, 0);
    return file;
}

static void start_over(void);

long crash_vfs_operations(void) { return count; }

void crash_vfs_mark(int64_t tag) { record(MARK, 0, tag, NULL, 0); }

void crash_vfs_reset(void) {
    for (long i = 0; i < count; i++) free(operations[i].bytes);
    count = 0;
    files = 0;
    start_over();
}

// --- the file methods: pass on, and record what changes the disk

static sqlite3_file *real(sqlite3_file *file) { return ((struct handle *)file)->real; }
static int number(sqlite3_file *file) { return ((struct handle *)file)->file; }

static int crash_close(sqlite3_file *file) {
    int result = real(file)->pMethods->xClose(real(file));
    free(real(file));
    return result;
}
static int crash_read(sqlite3_file *file, void *into, int length, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), into, length, offset);
}
static int crash_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    int result = real(file)->pMethods->xWrite(real(file), bytes, length, offset);
    if (result == SQLITE_OK) record(WRITE, number(file), offset, bytes, length);
    return result;
}
static int crash_truncate(sqlite3_file *file, sqlite3_int64 length) {
    int result = real(file)->pMethods->xTruncate(real(file), length);
    if (result == SQLITE_OK) record(TRUNCATE, number(file), length, NULL, 0);
    return result;
}
static int crash_sync(sqlite3_file *file, int flags) {
    (void)flags; // the model stands in for the disk: a real sync would only cost time
    record(SYNC, number(file), 0, NULL, 0);
    return SQLITE_OK;
}
static int crash_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
static int crash_lock(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }
static int crash_unlock(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
static int crash_check_lock(sqlite3_file *file, int *held) {
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
static int crash_control(sqlite3_file *file, int operation, void *argument) {
    // A size hint may extend the file behind our back; SQLite works without it.
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int crash_sector(sqlite3_file *file) { (void)file; return SECTOR; }
static int crash_characteristics(sqlite3_file *file) { (void)file; return 0; }
static int crash_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **into) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
}
static int crash_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
static void crash_shm_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int crash_shm_unmap(sqlite3_file *file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods methods = {
    2, crash_close, crash_read, crash_write, crash_truncate, crash_sync, crash_size, crash_lock, crash_unlock,
    crash_check_lock, crash_control, crash_sector, crash_characteristics, crash_shm_map, crash_shm_lock,
    crash_shm_barrier, crash_shm_unmap, NULL, NULL,
};

// --- the VFS

static int crash_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    struct handle *handle = (struct handle *)file;
    memset(handle, 0, sizeof *handle);
    handle->file = -1;
    handle->real = calloc(1, (size_t)under->szOsFile);
    if (!handle->real) return SQLITE_NOMEM;
    int existed = 1;
    if (name) under->xAccess(under, name, SQLITE_ACCESS_EXISTS, &existed);
    int result = under->xOpen(under, name, handle->real, flags, out);
    if (result != SQLITE_OK) {
        free(handle->real);
        return result;
    }
    file->pMethods = &methods;
    if (name && !existed) {
        handle->file = record_named(CREATE, name);
    } else if (name) {
        pthread_mutex_lock(&lock);
        handle->file = file_named(name);
        pthread_mutex_unlock(&lock);
    }
    return SQLITE_OK;
}
static int crash_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    int result = under->xDelete(under, name, sync);
    if (result == SQLITE_OK) record_named(REMOVE, name);
    return result;
}
static int crash_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    (void)vfs;
    return under->xAccess(under, name, flags, out);
}
static int crash_full(sqlite3_vfs *vfs, const char *name, int length, char *out) {
    (void)vfs;
    return under->xFullPathname(under, name, length, out);
}
static int crash_randomness(sqlite3_vfs *vfs, int length, char *out) {
    (void)vfs;
    return under->xRandomness(under, length, out);
}
static int crash_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return under->xSleep(under, microseconds);
}
static int crash_time(sqlite3_vfs *vfs, double *time) {
    (void)vfs;
    return under->xCurrentTime(under, time);
}
static int crash_error(sqlite3_vfs *vfs, int length, char *out) {
    (void)vfs;
    return under->xGetLastError(under, length, out);
}
static int crash_time64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
    (void)vfs;
    return under->xCurrentTimeInt64(under, time);
}

int crash_vfs_register(void) {
    if (under) return SQLITE_OK;
    under = sqlite3_vfs_find(NULL);
    crash = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = under->mxPathname,
        .zName = "crash",
        .xOpen = crash_open,
        .xDelete = crash_delete,
        .xAccess = crash_access,
        .xFullPathname = crash_full,
        .xRandomness = crash_randomness,
        .xSleep = crash_sleep,
        .xCurrentTime = crash_time,
        .xGetLastError = crash_error,
        .xCurrentTimeInt64 = crash_time64,
    };
    return sqlite3_vfs_register(&crash, 0);
}

// --- the power cut

struct image {
    unsigned char *bytes;
    sqlite3_int64 size, capacity;
    int exists;
};

static uint64_t next_random(uint64_t *state) { // splitmix64
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void grow(struct image *image, sqlite3_int64 size) {
    if (size <= image->capacity) return;
    image->bytes = realloc(image->bytes, (size_t)size * 2);
    if (!image->bytes) abort();
    memset(image->bytes + image->capacity, 0, (size_t)(size * 2 - image->capacity));
    image->capacity = size * 2;
}

static void truncate_image(struct image *image, sqlite3_int64 size) {
    grow(image, size);
    if (size < image->size) memset(image->bytes + size, 0, (size_t)(image->size - size));
    image->size = size;
}

static void apply(struct image *image, const struct operation *operation, uint64_t sectors) {
    if (operation->kind == TRUNCATE) truncate_image(image, operation->offset);
    if (operation->kind == REMOVE || operation->kind == CREATE) {
        truncate_image(image, 0);
        image->exists = operation->kind == CREATE;
    }
    if (operation->kind != WRITE) return;
    grow(image, operation->offset + operation->count);
    for (int at = 0; at < operation->count; at += SECTOR) {
        if (!(sectors >> (at / SECTOR % 64) & 1)) continue;
        int length = operation->count - at < SECTOR ? operation->count - at : SECTOR;
        memcpy(image->bytes + operation->offset + at, operation->bytes + at, (size_t)length);
        if (operation->offset + at + length > image->size) image->size = operation->offset + at + length;
    }
}

/// Which sectors of a write that no sync has covered are on the disk.
static uint64_t surviving(enum crash_mode mode, uint64_t *random) {
    switch (mode) {
    case CRASH_UNSYNCED_LOST: return 0;
    case CRASH_UNSYNCED_SOME: return next_random(random) & 1 ? ~0ull : 0;
    case CRASH_UNSYNCED_TORN: return next_random(random);
    default: return ~0ull;
    }
}

static int save(const struct image *image, const char *name, const char *directory) {
    const char *base = strrchr(name, '/');
    char path[2 * NAME];
    snprintf(path, sizeof path, "%s/%s", directory, base ? base + 1 : name);
    size_t length = strlen(path);
    if (!image->exists || (length > 4 && strcmp(path + length - 4, "-shm") == 0)) {
        unlink(path);
        return 0;
    }
    FILE *file = fopen(path, "wb");
    if (!file) return -1;
    size_t written = image->size ? fwrite(image->bytes, 1, (size_t)image->size, file) : 0;
    return fclose(file) == 0 && written == (size_t)image->size ? 0 : -1;
}

/// Everything that a sync has covered, kept between calls: cuts are asked for in rising order, so each call only adds.
static struct image covered[FILES];
static long covered_to[FILES];

static void start_over(void) {
    for (int i = 0; i < FILES; i++) {
        truncate_image(&covered[i], 0);
        covered[i].exists = 0;
        covered_to[i] = 0;
    }
}

static int is_of(const struct operation *operation, int file) {
    return operation->file == file && operation->kind != MARK && operation->kind != SYNC;
}

static void copy(struct image *to, const struct image *from) {
    truncate_image(to, 0);
    grow(to, from->size);
    if (from->size) memcpy(to->bytes, from->bytes, (size_t)from->size);
    to->size = from->size;
    to->exists = from->exists;
}

int64_t crash_vfs_rebuild(long at, enum crash_mode mode, uint64_t seed, const char *directory) {
    static struct image disk;
    int64_t mark = 0;
    uint64_t random = seed;
    long synced[FILES] = {0};
    for (long i = 0; i < at; i++) {
        if (operations[i].kind == MARK) mark = operations[i].offset;
        else if (operations[i].kind == SYNC) synced[operations[i].file] = i;
    }
    for (int file = 0; file < files; file++)
        if (synced[file] < covered_to[file]) start_over();
    for (int file = 0; file < files; file++) {
        for (; covered_to[file] < synced[file]; covered_to[file]++)
            if (is_of(&operations[covered_to[file]], file)) apply(&covered[file], &operations[covered_to[file]], ~0ull);
        copy(&disk, &covered[file]);
        for (long i = synced[file]; i < at; i++) {
            if (!is_of(&operations[i], file)) continue;
            int is_name = operations[i].kind == CREATE || operations[i].kind == REMOVE;
            uint64_t sectors = is_name ? ~0ull : surviving(mode, &random);
            if (sectors) apply(&disk, &operations[i], sectors);
        }
        if (save(&disk, names[file], directory) != 0) return -1;
        char shared_memory[2 * NAME];
        const char *base = strrchr(names[file], '/');
        snprintf(shared_memory, sizeof shared_memory, "%s/%s-shm", directory, base ? base + 1 : names[file]);
        unlink(shared_memory);
    }
    return mark;
}
