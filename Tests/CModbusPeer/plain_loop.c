#define _GNU_SOURCE
#include "modbus_peer.h"

#include <errno.h>
#include <modbus.h>
#include <stdlib.h>
#include <unistd.h>

/* What every tutorial shows. */
static void poll_once(modbus_t *context, const struct modbus_plain_loop *loop, int number,
                      struct modbus_plain_tally *tally) {
    uint16_t words[MODBUS_MAX_READ_REGISTERS];
    uint16_t address = loop->addresses[number % 2];
    modbus_set_slave(context, loop->unit);
    if (modbus_read_registers(context, address, loop->count, words) != loop->count) {
        tally->failed++;
        return;
    }
    int wrong = 0;
    for (int i = 0; i < loop->count; i++)
        wrong += words[i] != modbus_peer_word(loop->unit, 3, (uint16_t)(address + i), 0);
    if (wrong) tally->wrong++;
    else tally->right++;
}

static struct modbus_plain_tally run(modbus_t *context, struct modbus_plain_loop loop) {
    struct modbus_plain_tally tally = {0};
    if (!context) return (struct modbus_plain_tally){.error = errno};
    modbus_set_response_timeout(
        context, (uint32_t)(loop.timeout_milliseconds / 1000), (uint32_t)(loop.timeout_milliseconds % 1000) * 1000);
    if (loop.has_recovery)
        modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_LINK | MODBUS_ERROR_RECOVERY_PROTOCOL);
    if (modbus_connect(context) != 0) tally.error = errno;
    for (int number = 0; !tally.error && number < loop.polls; number++) {
        poll_once(context, &loop, number, &tally);
        usleep((useconds_t)loop.pause_milliseconds * 1000);
    }
    modbus_close(context);
    modbus_free(context);
    return tally;
}

struct modbus_plain_tally modbus_plain_loop_tty(const char *device, int baud, struct modbus_plain_loop loop) {
    return run(modbus_new_rtu(device, baud, 'N', 8, 1), loop);
}

struct modbus_plain_tally modbus_plain_loop_tcp(uint16_t port, struct modbus_plain_loop loop) {
    return run(modbus_new_tcp("127.0.0.1", port), loop);
}
