#ifndef QUANTRAC_RELEASE_H
#define QUANTRAC_RELEASE_H

/// The commit this was built from, as the environment variable QUANTRAC_COMMIT named it at the build; never freed.
const char *quantrac_commit(void);

#endif
