#ifndef QUANTRAC_C_CHILD_H
#define QUANTRAC_C_CHILD_H

/// Starts a program that the kernel ends with the thread that started it; both its outputs are appended to the file
/// `output`. `arguments` begins with the program's path and ends with NULL. Returns 0 and its id, or errno.
int c_child_start(char *const *arguments, const char *output, int *pid);

/// Waits for the end of a child, looking every 0.2 ms.
///
/// Returns 0, its wait status and the CPU seconds it used; ETIMEDOUT when it had to be killed after `seconds`; or errno.
int c_child_wait(int pid, double seconds, int *status, double *cpu_seconds);

/// Whether a child has ended; it can still be waited for.
int c_child_has_ended(int pid);

/// The CPU seconds that a running process has used in all its threads; negative when there is none.
double c_child_cpu_seconds(int pid);

/// A TCP port of the loopback interface that was free a moment ago; 0 when there is none.
int c_free_port(void);

#endif
