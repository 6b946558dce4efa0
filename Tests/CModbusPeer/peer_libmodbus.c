#define _GNU_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Puts the words of the request into the mapping, and lets libmodbus make and send the answer. */
static void answer(struct modbus_peer *peer, const uint8_t *query, int length) {
    modbus_mapping_t *mapping = peer->mapping;
    const uint8_t *pdu = query + modbus_get_header_length(peer->context);
    uint8_t unit = pdu[-1], function = pdu[0];
    uint16_t address = (uint16_t)(pdu[1] << 8 | pdu[2]), count = (uint16_t)(pdu[3] << 8 | pdu[4]);
    struct modbus_peer_request request = peer_note(peer, unit, function, address, count, peer_now());
    if (peer_is_illegal(peer, address, count)) {
        modbus_reply_exception(peer->context, query, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
        return;
    }
    for (int place = address; place < address + count && place < 65536 && function <= 4; place++) {
        uint16_t word = peer_word(peer, unit, function, (uint16_t)place, request.counter);
        switch (function) {
        case 1: mapping->tab_bits[place] = (uint8_t)word; break;
        case 2: mapping->tab_input_bits[place] = (uint8_t)word; break;
        case 3: mapping->tab_registers[place] = word; break;
        case 4: mapping->tab_input_registers[place] = word; break;
        }
    }
    modbus_reply(peer->context, query, length, mapping);
}

static bool prepare(struct modbus_peer *peer) {
    peer->mapping = modbus_mapping_new(65536, 65536, 65536, 65536);
    return peer->context && peer->mapping;
}

// --- TCP

static void *serve_tcp(void *argument) {
    struct modbus_peer *peer = argument;
    struct pollfd entries[2 + PEER_CLIENTS] = {
        {.fd = peer->stop[0], .events = POLLIN}, {.fd = peer->listener, .events = POLLIN}};
    int count = 2;
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        if (poll(entries, (nfds_t)count, -1) < 0 && errno != EINTR) break;
        if (entries[0].revents) break;
        for (int i = count - 1; i >= 2; i--) {
            if (!entries[i].revents) continue;
            modbus_set_socket(peer->context, entries[i].fd);
            int length = modbus_receive(peer->context, query);
            if (length > 0) answer(peer, query, length);
            if (length >= 0) continue;
            close(entries[i].fd);
            entries[i] = entries[--count];
        }
        if (!entries[1].revents || count == 2 + PEER_CLIENTS) continue;
        int client = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue;
        int one = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        entries[count++] = (struct pollfd){.fd = client, .events = POLLIN};
        peer_count_connection(peer);
    }
    for (int i = 2; i < count; i++) close(entries[i].fd);
    modbus_set_socket(peer->context, -1);
    return NULL;
}

struct modbus_peer *modbus_peer_serve_tcp(uint16_t *port, struct modbus_peer_settings settings) {
    struct modbus_peer *peer = peer_make(settings);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    peer->context = modbus_new_tcp("127.0.0.1", *port);
    if (prepare(peer)) peer->listener = modbus_tcp_listen(peer->context, PEER_CLIENTS);
    if (peer->listener >= 0 && getsockname(peer->listener, (struct sockaddr *)&address, &length) == 0
        && fcntl(peer->listener, F_SETFD, FD_CLOEXEC) == 0 && peer_start(peer, serve_tcp) == 0) {
        *port = ntohs(address.sin_port);
        return peer;
    }
    int error = errno;
    modbus_peer_stop(peer);
    errno = error;
    return NULL;
}

// --- a tty

static void *serve_tty(void *argument) {
    struct modbus_peer *peer = argument;
    struct pollfd entries[2] = {
        {.fd = peer->stop[0], .events = POLLIN}, {.fd = modbus_get_socket(peer->context), .events = POLLIN}};
    uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
    for (;;) {
        if (poll(entries, 2, -1) < 0 && errno != EINTR) break;
        if (entries[0].revents || entries[1].revents & (POLLHUP | POLLERR)) break;
        // 0: a request to another unit.
        int length = modbus_receive(peer->context, query);
        if (length > 0) answer(peer, query, length);
    }
    return NULL;
}

struct modbus_peer *modbus_peer_serve_tty(
    const char *device, int baud, char parity, uint8_t unit, struct modbus_peer_settings settings) {
    struct modbus_peer *peer = peer_make(settings);
    peer->context = modbus_new_rtu(device, baud, parity, 8, 1);
    if (prepare(peer) && modbus_set_slave(peer->context, unit) == 0 && modbus_connect(peer->context) == 0
        && peer_start(peer, serve_tty) == 0)
        return peer;
    int error = errno;
    modbus_peer_stop(peer);
    errno = error;
    return NULL;
}
