#include <sqlite3.h>

// sqlite3_config is variadic, which Swift cannot call. Without the memory statistics SQLite takes no mutex at each
// allocation: 18 % more rows a second with one bound row a step (docs/decisions, the queue's measurements).
static inline int quantrac_sqlite3_no_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import.
static inline int quantrac_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

static inline int quantrac_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return count == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                      : sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// SQLITE_STATIC, the null destructor: the bytes stay where they are while the statement runs.
static inline void quantrac_sqlite3_result_text(sqlite3_context *context, const unsigned char *text, int count) {
    sqlite3_result_text(context, (const char *)text, count, SQLITE_STATIC);
}

static inline void quantrac_sqlite3_result_blob(sqlite3_context *context, const unsigned char *bytes, int count) {
    if (count == 0) sqlite3_result_zeroblob(context, 0);
    else sqlite3_result_blob(context, bytes, count, SQLITE_STATIC);
}

// Keeps -wal and -shm at close: with a -shm in place a full disk does not stop the next open.
static inline int quantrac_sqlite3_keep_wal(sqlite3 *connection) {
    int on = 1;
    return sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}
