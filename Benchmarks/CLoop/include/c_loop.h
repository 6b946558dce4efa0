#ifndef QUANTRAC_C_LOOP_H
#define QUANTRAC_C_LOOP_H

#include <stdint.h>

/// What a careful C programmer writes first: one prepared INSERT, stepped once a reading, `per_commit` readings a
/// transaction, over a queue file that exists already (so: same columns, same index, same page size), with the queue's
/// own pragmas (WAL, synchronous=FULL, cache).
///
/// Readings go round-robin over `series` series, one second apart. Returns 0 and the seconds from before the first
/// BEGIN to after the last COMMIT, or SQLite's error code.
int c_loop_insert(
    const char *path, long rows, int per_commit, int series, int64_t start_milliseconds, double *seconds);

#endif
