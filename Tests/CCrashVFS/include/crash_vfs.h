#ifndef QUANTRAC_CRASH_VFS_H
#define QUANTRAC_CRASH_VFS_H

#include <stdint.h>

/// A SQLite VFS, named "crash", that works on the real file system and remembers every write, truncation, deletion,
/// creation and sync in order. From that log any moment's disk can be built again as a power cut would have left it.
///
/// The model: what a file's last sync before the cut covers is there; what came after it may be there or not, or only
/// some of its 512-byte sectors. Creating and deleting a file count as durable at once.
int crash_vfs_register(void);

/// Forgets the log. No file may be open.
void crash_vfs_reset(void);

/// The length of the log so far; a cut may fall before each entry and after the last.
long crash_vfs_operations(void);

/// Notes in the log that the caller has been told something is durable.
void crash_vfs_mark(int64_t tag);

enum crash_mode {
    CRASH_UNSYNCED_LOST = 0,
    CRASH_UNSYNCED_SOME = 1,
    CRASH_UNSYNCED_TORN = 2,
    CRASH_UNSYNCED_KEPT = 3,
};

/// Writes into `directory` the files as a power cut before entry `at` would have left them, by their base names;
/// shared-memory files are left out, as memory is. Returns the last mark before the cut, 0 without one, and -1 when a
/// file could not be written.
int64_t crash_vfs_rebuild(long at, enum crash_mode mode, uint64_t seed, const char *directory);

#endif
