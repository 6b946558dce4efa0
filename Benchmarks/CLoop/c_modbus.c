#define _GNU_SOURCE
#include "c_modbus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { clients = 16 };

/* The loop of libmodbus's own example server, with poll(2) for several connections. */
static void serve(modbus_t *context, int listener) {
    modbus_mapping_t *mapping = modbus_mapping_new(65536, 65536, 65536, 65536);
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    struct pollfd entries[1 + clients] = {{.fd = listener, .events = POLLIN}};
    nfds_t count = 1;
    while (mapping && poll(entries, count, -1) > 0) {
        for (nfds_t i = count - 1; i >= 1; i--) {
            if (!entries[i].revents) continue;
            modbus_set_socket(context, entries[i].fd);
            int length = modbus_receive(context, query);
            if (length > 0) modbus_reply(context, query, length, mapping);
            if (length >= 0) continue;
            close(entries[i].fd);
            entries[i] = entries[--count];
        }
        if (!entries[0].revents || count > clients) continue;
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        int one = 1;
        if (client < 0) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        entries[count++] = (struct pollfd){.fd = client, .events = POLLIN};
    }
}

int c_modbus_slave_start(int *port, int *pid) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    int listener = context ? modbus_tcp_listen(context, clients) : -1;
    if (listener < 0 || getsockname(listener, (struct sockaddr *)&address, &length) != 0) return errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) serve(context, listener);
        _exit(127);
    }
    int error = child < 0 ? errno : 0;
    close(listener);
    modbus_free(context);
    *port = ntohs(address.sin_port);
    *pid = child;
    return error;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int c_modbus_loop(int port, int registers, long sweeps, double *seconds) {
    uint16_t words[MODBUS_MAX_READ_REGISTERS];
    modbus_t *context = modbus_new_tcp("127.0.0.1", port);
    int error = context && modbus_connect(context) == 0 ? 0 : errno;
    double start = now();
    for (long sweep = 0; !error && sweep < sweeps; sweep++) {
        for (int address = 0; !error && address < registers; address += MODBUS_MAX_READ_REGISTERS) {
            int rest = registers - address;
            int count = rest < MODBUS_MAX_READ_REGISTERS ? rest : MODBUS_MAX_READ_REGISTERS;
            if (modbus_read_registers(context, address, count, words) != count) error = errno;
        }
    }
    *seconds = now() - start;
    modbus_close(context);
    modbus_free(context);
    return error;
}
