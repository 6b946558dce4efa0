#define _GNU_SOURCE
#include "c_child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int c_child_start(char *const *arguments, const char *output, int *pid) {
    int file = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        dup2(nothing, 0);
        dup2(file, 1);
        dup2(file, 2);
        execv(arguments[0], arguments);
        _exit(127);
    }
    int error = child < 0 ? errno : 0;
    close(nothing);
    close(file);
    *pid = child;
    return error;
}

static double monotonic(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int c_child_wait(int pid, double seconds, int *status, double *cpu_seconds) {
    double deadline = monotonic() + seconds;
    struct rusage usage;
    int is_killed = 0;
    for (;;) {
        pid_t ended = wait4(pid, status, WNOHANG, &usage);
        if (ended < 0 && errno != EINTR) return errno;
        if (ended == pid) break;
        if (!is_killed && monotonic() > deadline) {
            kill(pid, SIGKILL);
            is_killed = 1;
        }
        struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
    }
    *cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    return is_killed ? ETIMEDOUT : 0;
}

int c_child_has_ended(int pid) {
    siginfo_t information = {.si_pid = 0};
    return waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_pid == pid;
}

double c_child_cpu_seconds(int pid) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return -1;
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int c_free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int port = 0;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0 && bind(listener, (struct sockaddr *)&address, length) == 0
        && getsockname(listener, (struct sockaddr *)&address, &length) == 0)
        port = ntohs(address.sin_port);
    close(listener);
    return port;
}
