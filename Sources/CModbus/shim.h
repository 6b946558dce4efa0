#include <modbus.h>
#include <sys/ioctl.h>

// ioctl is variadic, which Swift cannot call.

/// Nobody else but root may open the terminal any more (1), or everybody again (0).
static inline int quantrac_tty_set_exclusive(int descriptor, int exclusive) {
    return ioctl(descriptor, exclusive ? TIOCEXCL : TIOCNXCL);
}

/// Lets the other end of a master from /dev/ptmx be opened, and tells its number in /dev/pts; -1 and errno.
static inline int quantrac_pty_unlock(int master) {
    int locked = 0;
    unsigned int number = 0;
    if (ioctl(master, TIOCSPTLCK, &locked) != 0 || ioctl(master, TIOCGPTN, &number) != 0) return -1;
    return (int)number;
}
