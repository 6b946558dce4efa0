#include "release.h"

// Here and not in a Swift file: only C takes a text from the package manifest.
const char *quantrac_commit(void) { return QUANTRAC_COMMIT; }
