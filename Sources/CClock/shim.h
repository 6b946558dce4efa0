#include <sys/timex.h>

// The Glibc module of Swift leaves this header out, and TIME_ERROR is a macro.
static inline int quantrac_clock_is_synchronized(void) {
    struct timex state = {0};
    return adjtimex(&state) != TIME_ERROR;
}
