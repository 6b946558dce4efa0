#define _GNU_SOURCE
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

/* A slave of our own code, because libmodbus's cannot misbehave: it reads requests, and sends the bytes of each answer
   when they are due. */

enum { WAITING = 1024, NEWEST = -1 };

struct wire {
    int descriptor;
    /// Distinguishes connections that had the same descriptor.
    int number;
    int length;
    uint8_t input[4096];
    /// When each byte of `input` came.
    int64_t came[4096];
};

struct waiting {
    int64_t due;
    /// The wire's number, or NEWEST; and the index of the request.
    int wire, request;
    int length;
    bool hangs_up;
    uint8_t bytes[PEER_FRAME];
};

struct scripted {
    struct modbus_peer *peer;
    struct wire wires[PEER_CLIENTS];
    int wire_count, wires_made;
    struct waiting waiting[WAITING];
    int waiting_count;
};

static uint16_t crc_of(const uint8_t *bytes, int count) {
    uint16_t crc = 0xffff;
    for (int i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xa001) : crc >> 1;
    }
    return crc;
}

// --- answers

/* Unit, function and data; returns their length. */
static int make_body(struct modbus_peer *peer, struct modbus_peer_request request, uint8_t unit, uint8_t *body) {
    int is_bits = request.function <= 2;
    int exception = 0;
    if (peer_is_illegal(peer, request.address, request.count)) exception = MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
    if (request.fault == MODBUS_PEER_EXCEPTION) exception = MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY;
    if (request.fault == MODBUS_PEER_GAVE_UP) exception = MODBUS_EXCEPTION_GATEWAY_TARGET;
    if (request.function < 1 || request.function > 4) exception = MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
    body[0] = unit;
    body[1] = request.function;
    if (exception) {
        body[1] |= 0x80;
        body[2] = (uint8_t)exception;
        return 3;
    }
    int size = is_bits ? (request.count + 7) / 8 : request.count * 2;
    if (size == 0 || size > 250) {
        body[1] |= 0x80;
        body[2] = MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
        return 3;
    }
    body[2] = (uint8_t)size;
    memset(body + 3, 0, (size_t)size);
    for (int i = 0; i < request.count; i++) {
        uint16_t word = peer_word(peer, unit, request.function, (uint16_t)(request.address + i), request.counter);
        if (is_bits) {
            body[3 + i / 8] |= (uint8_t)((word & 1) << i % 8);
        } else {
            body[3 + 2 * i] = (uint8_t)(word >> 8);
            body[4 + 2 * i] = (uint8_t)word;
        }
    }
    return 3 + size;
}

static int make_frame(
    struct modbus_peer *peer, struct modbus_peer_request request, const uint8_t *query, uint8_t *frame) {
    uint8_t unit = request.fault == MODBUS_PEER_OTHER_UNIT ? (uint8_t)(request.unit + 1) : request.unit;
    int length;
    if (peer->is_rtu) {
        length = make_body(peer, request, unit, frame);
        uint16_t crc = crc_of(frame, length);
        if (request.fault == MODBUS_PEER_BAD_CRC) crc ^= 0x0100;
        if (request.fault == MODBUS_PEER_FLIPPED_BIT) frame[length / 2] ^= 0x10;
        frame[length++] = (uint8_t)crc;
        frame[length++] = (uint8_t)(crc >> 8);
        return length;
    }
    length = make_body(peer, request, unit, frame + 6);
    memcpy(frame, query, 4);
    frame[4] = (uint8_t)(length >> 8);
    frame[5] = (uint8_t)length;
    if (request.fault == MODBUS_PEER_BAD_CRC) frame[1] ^= 0x01;
    if (request.fault == MODBUS_PEER_FLIPPED_BIT) frame[3] ^= 0x10;
    return length + 6;
}

static void send_later(
    struct scripted *slave, const struct wire *wire, const uint8_t *bytes, int length, int64_t milliseconds) {
    if (slave->waiting_count == WAITING) abort();
    struct waiting *entry = &slave->waiting[slave->waiting_count++];
    *entry = (struct waiting){
        .due = peer_now() + milliseconds * 1000000,
        .wire = slave->peer->settings.is_serial_server ? NEWEST : wire->number,
        // Only this thread appends to them.
        .request = slave->peer->request_count - 1,
        .length = length};
    memcpy(entry->bytes, bytes, (size_t)length);
}

static int append_noise(struct scripted *slave, uint8_t *bytes, int count) {
    for (int i = 0; i < count; i++) bytes[i] = (uint8_t)(peer_random(&slave->peer->random) * 256);
    return count;
}

static void answer(
    struct scripted *slave, struct wire *wire, const uint8_t *query, int query_length,
    struct modbus_peer_request request) {
    uint8_t bytes[PEER_FRAME + 32], frame[PEER_FRAME];
    int length = make_frame(slave->peer, request, query, frame);
    int used = 0;
    switch ((enum modbus_peer_fault)request.fault) {
    case MODBUS_PEER_NONE: return;
    case MODBUS_PEER_HALF: send_later(slave, wire, frame, length / 2, 0); return;
    case MODBUS_PEER_LATE: send_later(slave, wire, frame, length, request.milliseconds); return;
    case MODBUS_PEER_GARBAGE: send_later(slave, wire, bytes, append_noise(slave, bytes, 40), 0); return;
    case MODBUS_PEER_SLOW_BYTES:
        for (int i = 0; i < length; i++) send_later(slave, wire, frame + i, 1, (int64_t)request.milliseconds * i);
        return;
    case MODBUS_PEER_DUPLICATE: send_later(slave, wire, frame, length, request.milliseconds); break;
    case MODBUS_PEER_SPLIT:
        send_later(slave, wire, frame, length / 2, 0);
        send_later(slave, wire, frame + length / 2, length - length / 2, request.milliseconds);
        return;
    case MODBUS_PEER_GAVE_UP:
        send_later(slave, wire, frame, length, 0);
        request.fault = MODBUS_PEER_OK;
        length = make_frame(slave->peer, request, query, frame);
        send_later(slave, wire, frame, length, request.milliseconds);
        return;
    case MODBUS_PEER_HANG_UP_LATE:
        send_later(slave, wire, frame, length, request.milliseconds);
        slave->waiting[slave->waiting_count - 1].wire = NEWEST;
        __attribute__((fallthrough));
    case MODBUS_PEER_HANG_UP:
        send_later(slave, wire, frame, 0, 0);
        slave->waiting[slave->waiting_count - 1].wire = wire->number;
        slave->waiting[slave->waiting_count - 1].hangs_up = true;
        return;
    case MODBUS_PEER_NOISE: used = append_noise(slave, bytes, 7); break;
    case MODBUS_PEER_ECHO:
        memcpy(bytes, query, (size_t)query_length);
        used = query_length;
        break;
    default: break;
    }
    memcpy(bytes + used, frame, (size_t)length);
    used += length;
    if (request.fault == MODBUS_PEER_TRAILING) {
        memcpy(bytes + used, "\x00\xff\x55", 3);
        used += 3;
    }
    send_later(slave, wire, bytes, used, 0);
}

// --- requests

/* The length of the request at the start of `input`; 0: more is to come; -1: it is none. */
static int request_length(const struct modbus_peer *peer, const uint8_t *input, int length) {
    if (peer->is_rtu) {
        if (length < 8) return 0;
        return crc_of(input, 6) == (input[6] | input[7] << 8) ? 8 : -1;
    }
    if (length < 6) return 0;
    int rest = input[4] << 8 | input[5];
    if (input[2] || input[3] || rest < 2 || rest > 254) return -1;
    return length < 6 + rest ? 0 : 6 + rest;
}

static bool is_waiting(const struct scripted *slave, const struct wire *wire) {
    for (int i = 0; i < slave->waiting_count; i++)
        if (slave->waiting[i].wire == wire->number) return true;
    return false;
}

/* Reads the requests that have come; a slave that is not `is_overlapping` answers one before it looks at the next. */
static void read_requests(struct scripted *slave, struct wire *wire) {
    struct modbus_peer *peer = slave->peer;
    while (peer->settings.is_overlapping || !is_waiting(slave, wire)) {
        int length = request_length(peer, wire->input, wire->length);
        if (length == 0) return;
        if (length > 0) {
            const uint8_t *pdu = wire->input + (peer->is_rtu ? 1 : 7);
            struct modbus_peer_request request = peer_note(
                peer, pdu[-1], pdu[0], (uint16_t)(pdu[1] << 8 | pdu[2]), (uint16_t)(pdu[3] << 8 | pdu[4]),
                wire->came[length - 1]);
            answer(slave, wire, wire->input, length, request);
        } else {
            // As a slave that has seen no silence before a frame: it forgets all.
            length = wire->length;
        }
        wire->length -= length;
        memmove(wire->input, wire->input + length, (size_t)wire->length);
        memmove(wire->came, wire->came + length, (size_t)wire->length * sizeof *wire->came);
    }
}

// --- the loop

static struct wire *wire_numbered(struct scripted *slave, int number) {
    struct wire *newest = NULL;
    for (int i = 0; i < slave->wire_count; i++) {
        if (slave->wires[i].number == number) return &slave->wires[i];
        if (!newest || slave->wires[i].number > newest->number) newest = &slave->wires[i];
    }
    return number == NEWEST ? newest : NULL;
}

static void drop(struct scripted *slave, struct wire *wire) {
    if (wire->descriptor != slave->peer->terminal) close(wire->descriptor);
    *wire = slave->wires[--slave->wire_count];
}

static void add_wire(struct scripted *slave, int descriptor) {
    struct wire *wire = &slave->wires[slave->wire_count++];
    wire->descriptor = descriptor;
    wire->number = slave->wires_made++;
    wire->length = 0;
    peer_count_connection(slave->peer);
}

/* Sends what is due, in the order in which it is; the moment at which the next is, or INT64_MAX. */
static int64_t send_due(struct scripted *slave) {
    for (;;) {
        int next = -1;
        for (int i = 0; i < slave->waiting_count; i++)
            if (next < 0 || slave->waiting[i].due < slave->waiting[next].due) next = i;
        if (next < 0) return INT64_MAX;
        if (slave->waiting[next].due > peer_now()) return slave->waiting[next].due;
        struct waiting entry = slave->waiting[next];
        slave->waiting_count--;
        memmove(&slave->waiting[next], &slave->waiting[next + 1],
                (size_t)(slave->waiting_count - next) * sizeof entry);
        struct wire *wire = wire_numbered(slave, entry.wire);
        if (!wire) continue;
        if (entry.hangs_up) {
            if (wire->descriptor != slave->peer->terminal) drop(slave, wire);
            continue;
        }
        peer_note_sending(slave->peer, entry.request);
        if (write(wire->descriptor, entry.bytes, (size_t)entry.length) < 0 && errno != EAGAIN) {
            drop(slave, wire);
        } else {
            peer_note_sent(slave->peer, entry.request);
        }
    }
}

static void read_wire(struct scripted *slave, struct wire *wire) {
    ssize_t count = read(wire->descriptor, wire->input + wire->length, sizeof wire->input - (size_t)wire->length);
    if (count > 0) {
        int64_t now = peer_now();
        for (int i = 0; i < count; i++) wire->came[wire->length++] = now;
        if (wire->length == sizeof wire->input) wire->length = 0;
    } else if (count == 0 || errno != EAGAIN) {
        drop(slave, wire);
    }
}

static void *run(void *argument) {
    struct scripted *slave = calloc(1, sizeof *slave);
    if (!slave) abort();
    struct modbus_peer *peer = slave->peer = argument;
    if (peer->terminal >= 0) add_wire(slave, peer->terminal);
    for (;;) {
        int64_t due;
        int32_t before;
        // Sending an answer may let the next request be read, whose answer may be due at once.
        do {
            before = peer->request_count;
            for (int i = 0; i < slave->wire_count; i++) read_requests(slave, &slave->wires[i]);
            due = send_due(slave);
            for (int i = 0; i < slave->wire_count; i++) read_requests(slave, &slave->wires[i]);
        } while (peer->request_count != before);
        struct pollfd entries[2 + PEER_CLIENTS] = {
            {.fd = peer->stop[0], .events = POLLIN}, {.fd = peer->listener, .events = POLLIN}};
        for (int i = 0; i < slave->wire_count; i++)
            entries[2 + i] = (struct pollfd){.fd = slave->wires[i].descriptor, .events = POLLIN};
        int count = slave->wire_count;
        int64_t rest = due == INT64_MAX ? INT64_C(3600000000000) : due - peer_now();
        if (rest < 0) rest = 0;
        struct timespec limit = {.tv_sec = rest / 1000000000, .tv_nsec = rest % 1000000000};
        if (ppoll(entries, (nfds_t)(2 + count), &limit, NULL) < 0 && errno != EINTR) break;
        if (entries[0].revents) break;
        for (int i = count - 1; i >= 0; i--)
            if (entries[2 + i].revents) read_wire(slave, &slave->wires[i]);
        if (entries[1].revents && slave->wire_count < PEER_CLIENTS) {
            int client = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
            int one = 1;
            if (client < 0) continue;
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            add_wire(slave, client);
        }
    }
    while (slave->wire_count > 0) drop(slave, &slave->wires[0]);
    free(slave);
    return NULL;
}

// --- how they begin

int modbus_peer_open_terminal(char *device, int capacity) {
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    struct termios settings;
    if (terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0
        && ptsname_r(terminal, device, (size_t)capacity) == 0 && tcgetattr(terminal, &settings) == 0) {
        cfmakeraw(&settings);
        if (tcsetattr(terminal, TCSANOW, &settings) == 0) return terminal;
    }
    int error = errno;
    if (terminal >= 0) close(terminal);
    errno = error;
    return -1;
}

static struct modbus_peer *start(struct modbus_peer *peer) {
    if ((peer->terminal >= 0 || peer->listener >= 0) && peer_start(peer, run) == 0) return peer;
    int error = errno;
    modbus_peer_stop(peer);
    errno = error;
    return NULL;
}

struct modbus_peer *modbus_peer_script_tty(char *device, int capacity, struct modbus_peer_settings settings) {
    struct modbus_peer *peer = peer_make(settings);
    peer->is_rtu = true;
    peer->terminal = modbus_peer_open_terminal(device, capacity);
    // While nobody has the other side open, reading this one fails.
    if (peer->terminal >= 0) peer->terminal_other = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return start(peer);
}

struct modbus_peer *modbus_peer_script_tcp(uint16_t *port, bool is_rtu, struct modbus_peer_settings settings) {
    struct modbus_peer *peer = peer_make(settings);
    peer->is_rtu = is_rtu;
    peer->listener = peer_listen(port, PEER_CLIENTS);
    return start(peer);
}
