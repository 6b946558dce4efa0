#include "c_loop.h"

#include <sqlite3.h>
#include <stddef.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *const pragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000; PRAGMA cache_size=-16384";

static const char *const insert =
    "INSERT INTO reading (sequence, series_id, time_ms, value, raw, context_id, tests, flag, settles, lag_ms,"
    " version_offset, revision, station_sequence, checksum) VALUES (?,?,?,?,NULL,?,NULL,?,NULL,?,?,?,?,?)";

/* The same sizes of numbers as the queue writes for the same readings, so that rows take as many bytes. */
static int insert_row(sqlite3_stmt *statement, long row, int series, int64_t start_milliseconds) {
    sqlite3_bind_int64(statement, 1, row + 1);
    sqlite3_bind_int64(statement, 2, row % series + 1);
    sqlite3_bind_int64(statement, 3, start_milliseconds + row / series * 1000);
    sqlite3_bind_double(statement, 4, (double)(row % 1000) / 10.0);
    sqlite3_bind_int64(statement, 5, 1);
    sqlite3_bind_int64(statement, 6, 2);
    sqlite3_bind_int64(statement, 7, 1204);
    sqlite3_bind_int64(statement, 8, 331 + row % 1000);
    sqlite3_bind_int64(statement, 9, 0);
    sqlite3_bind_int64(statement, 10, row / 10);
    sqlite3_bind_int64(statement, 11, (int32_t)((uint64_t)row * 2654435761u));
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? SQLITE_OK : result;
}

int c_loop_insert(
    const char *path, long rows, int per_commit, int series, int64_t start_milliseconds, double *seconds) {
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) result = sqlite3_exec(database, pragmas, NULL, NULL, NULL);
    if (result == SQLITE_OK) result = sqlite3_prepare_v2(database, insert, -1, &statement, NULL);
    double start = now();
    for (long row = 0; result == SQLITE_OK && row < rows; row++) {
        if (row % per_commit == 0) result = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (result == SQLITE_OK) result = insert_row(statement, row, series, start_milliseconds);
        if (result == SQLITE_OK && (row % per_commit == per_commit - 1 || row == rows - 1))
            result = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
    }
    *seconds = now() - start;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return result;
}
