#define _GNU_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

uint16_t modbus_peer_word(uint8_t unit, uint8_t function, uint16_t address, uint32_t counter) {
    uint64_t x = (uint64_t)counter << 32 | (uint64_t)unit << 24 | (uint64_t)function << 16 | address;
    // The finalizer of SplitMix64.
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    x ^= x >> 31;
    return function <= 2 ? x & 1 : (uint16_t)x;
}

int64_t peer_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

double peer_random(uint64_t *state) {
    uint64_t x = (*state += 0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

struct modbus_peer *peer_make(struct modbus_peer_settings settings) {
    struct modbus_peer *peer = calloc(1, sizeof *peer);
    if (!peer) abort();
    peer->settings = settings;
    peer->random = settings.seed;
    peer->listener = peer->terminal = peer->terminal_other = -1;
    pthread_mutex_init(&peer->lock, NULL);
    if (pipe2(peer->stop, O_CLOEXEC | O_NONBLOCK) != 0) abort();
    return peer;
}

int peer_start(struct modbus_peer *peer, void *(*run)(void *)) {
    // The new thread inherits the mask: signals are not for it, and a wire that broke must not end the test.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&peer->thread, NULL, run, peer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

void modbus_peer_stop(struct modbus_peer *peer) {
    if (!peer) return;
    if (peer->thread) {
        if (write(peer->stop[1], "", 1) != 1) abort();
        pthread_join(peer->thread, NULL);
    }
    close(peer->stop[0]);
    close(peer->stop[1]);
    if (peer->listener >= 0) close(peer->listener);
    if (peer->terminal >= 0) close(peer->terminal);
    if (peer->terminal_other >= 0) close(peer->terminal_other);
    if (peer->context) {
        modbus_close(peer->context);
        modbus_free(peer->context);
    }
    if (peer->mapping) modbus_mapping_free(peer->mapping);
    pthread_mutex_destroy(&peer->lock);
    free(peer->requests);
    free(peer->steps);
    free(peer);
}

// --- fate and memory

static struct modbus_peer_step fate(struct modbus_peer *peer) {
    struct modbus_peer_settings *settings = &peer->settings;
    if (peer->next_step < peer->step_count) return peer->steps[peer->next_step++];
    double lot = peer_random(&peer->random);
    if (lot < settings->lost_share) return (struct modbus_peer_step){MODBUS_PEER_NONE, 0};
    if (lot >= settings->lost_share + settings->late_share) return (struct modbus_peer_step){MODBUS_PEER_OK, 0};
    int octaves = 0;
    while (settings->late_milliseconds_min << (octaves + 1) <= settings->late_milliseconds_max) octaves++;
    int octave = (int)(peer_random(&peer->random) * (octaves + 1));
    double low = settings->late_milliseconds_min << octave;
    int32_t milliseconds = (int32_t)(low + low * peer_random(&peer->random));
    if (milliseconds > settings->late_milliseconds_max) milliseconds = settings->late_milliseconds_max;
    return (struct modbus_peer_step){MODBUS_PEER_LATE, milliseconds};
}

struct modbus_peer_request peer_note(
    struct modbus_peer *peer, uint8_t unit, uint8_t function, uint16_t address, uint16_t count, int64_t at) {
    pthread_mutex_lock(&peer->lock);
    if (peer->request_count == peer->request_capacity) {
        peer->request_capacity = peer->request_capacity ? peer->request_capacity * 2 : 1024;
        peer->requests = realloc(peer->requests, (size_t)peer->request_capacity * sizeof *peer->requests);
        if (!peer->requests) abort();
    }
    struct modbus_peer_step step = fate(peer);
    struct modbus_peer_request request = {
        .at_nanoseconds = at,
        .counter = peer->settings.is_counting ? (uint32_t)peer->request_count + 1 : 0,
        .address = address,
        .count = count,
        .unit = unit,
        .function = function,
        .fault = (int32_t)step.fault,
        .milliseconds = step.milliseconds,
    };
    peer->requests[peer->request_count++] = request;
    pthread_mutex_unlock(&peer->lock);
    return request;
}

uint16_t peer_word(struct modbus_peer *peer, uint8_t unit, uint8_t function, uint16_t address, uint32_t counter) {
    uint16_t word = modbus_peer_word(unit, function, address, counter);
    pthread_mutex_lock(&peer->lock);
    for (int i = 0; i < peer->word_count; i++)
        if (peer->words[i].function == function && peer->words[i].address == address) word = peer->words[i].word;
    pthread_mutex_unlock(&peer->lock);
    return word;
}

bool peer_is_illegal(const struct modbus_peer *peer, uint16_t address, uint16_t count) {
    int first = peer->settings.illegal_first, end = first + peer->settings.illegal_count;
    return end > first && address < end && address + count > first;
}

void peer_count_connection(struct modbus_peer *peer) {
    pthread_mutex_lock(&peer->lock);
    peer->connections++;
    pthread_mutex_unlock(&peer->lock);
}

void peer_note_sending(struct modbus_peer *peer, int32_t index) {
    pthread_mutex_lock(&peer->lock);
    peer->requests[index].sending_nanoseconds = peer_now();
    pthread_mutex_unlock(&peer->lock);
}

void peer_note_sent(struct modbus_peer *peer, int32_t index) {
    pthread_mutex_lock(&peer->lock);
    peer->requests[index].sent_nanoseconds = peer_now();
    pthread_mutex_unlock(&peer->lock);
}

// --- what tests ask and set

void modbus_peer_set_script(struct modbus_peer *peer, const struct modbus_peer_step *steps, int count) {
    size_t size = (size_t)count * sizeof *steps;
    struct modbus_peer_step *copy = malloc(size ? size : 1);
    if (!copy) abort();
    memcpy(copy, steps, size);
    pthread_mutex_lock(&peer->lock);
    free(peer->steps);
    peer->steps = copy;
    peer->step_count = count;
    peer->next_step = 0;
    pthread_mutex_unlock(&peer->lock);
}

void modbus_peer_set_word(struct modbus_peer *peer, uint8_t function, uint16_t address, uint16_t word) {
    pthread_mutex_lock(&peer->lock);
    int place = 0;
    while (place < peer->word_count
           && (peer->words[place].function != function || peer->words[place].address != address))
        place++;
    if (place == PEER_WORDS) abort();
    if (place == peer->word_count) peer->word_count++;
    peer->words[place].function = function;
    peer->words[place].address = address;
    peer->words[place].word = word;
    pthread_mutex_unlock(&peer->lock);
}

int32_t modbus_peer_request_count(struct modbus_peer *peer) {
    pthread_mutex_lock(&peer->lock);
    int32_t count = peer->request_count;
    pthread_mutex_unlock(&peer->lock);
    return count;
}

struct modbus_peer_request modbus_peer_request_at(struct modbus_peer *peer, int32_t index) {
    struct modbus_peer_request request = {0};
    pthread_mutex_lock(&peer->lock);
    if (index >= 0 && index < peer->request_count) request = peer->requests[index];
    pthread_mutex_unlock(&peer->lock);
    return request;
}

int32_t modbus_peer_connections(struct modbus_peer *peer) {
    pthread_mutex_lock(&peer->lock);
    int32_t connections = peer->connections;
    pthread_mutex_unlock(&peer->lock);
    return connections;
}

// --- sockets

int peer_listen(uint16_t *port, int backlog) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, length) == 0
        && (backlog < 0 || listen(listener, backlog) == 0)
        && getsockname(listener, (struct sockaddr *)&address, &length) == 0) {
        *port = ntohs(address.sin_port);
        return listener;
    }
    int error = errno;
    close(listener);
    errno = error;
    return -1;
}
