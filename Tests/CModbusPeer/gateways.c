#define _GNU_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct client {
    int descriptor, gateway, length;
    uint8_t input[512];
    struct client *next;
};

struct gateway {
    enum modbus_gateway_kind kind;
    int listener;
    /// Connections of our own that fill a blackhole's queue.
    int filling[4];
    int64_t *requests;
    int32_t count, capacity;
};

struct modbus_gateways {
    struct gateway *gateways;
    int count, epoll, stop[2];
    struct client *clients;
    pthread_t thread;
    pthread_mutex_t lock;
};

static int64_t wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void note(struct modbus_gateways *all, struct gateway *gateway, int64_t at) {
    pthread_mutex_lock(&all->lock);
    if (gateway->count == gateway->capacity) {
        gateway->capacity = gateway->capacity ? gateway->capacity * 2 : 64;
        gateway->requests = realloc(gateway->requests, (size_t)gateway->capacity * sizeof *gateway->requests);
        if (!gateway->requests) abort();
    }
    gateway->requests[gateway->count++] = at;
    pthread_mutex_unlock(&all->lock);
}

static void answer(const struct gateway *gateway, const struct client *client, const uint8_t *request) {
    static const char garbage[] = "HTTP/1.1 400 Bad Request\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";
    uint8_t frame[PEER_FRAME];
    int count = request[10] << 8 | request[11], size = 2 * count;
    if (gateway->kind == MODBUS_GATEWAY_MUTE) return;
    if (gateway->kind == MODBUS_GATEWAY_GARBAGE) {
        send(client->descriptor, garbage, sizeof garbage - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        return;
    }
    if (size > 250) return;
    memcpy(frame, request, 8);
    frame[4] = 0;
    frame[5] = (uint8_t)(3 + size);
    frame[8] = (uint8_t)size;
    for (int i = 0; i < count; i++) {
        uint16_t address = (uint16_t)((request[8] << 8 | request[9]) + i);
        uint16_t word = modbus_peer_word(request[6], request[7], address, 0);
        frame[9 + 2 * i] = (uint8_t)(word >> 8);
        frame[10 + 2 * i] = (uint8_t)word;
    }
    send(client->descriptor, frame, (size_t)(9 + size), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void hang_up(struct modbus_gateways *all, struct client *client) {
    struct client **place = &all->clients;
    while (*place != client) place = &(*place)->next;
    *place = client->next;
    close(client->descriptor);
    free(client);
}

static void read_client(struct modbus_gateways *all, struct client *client) {
    int64_t at = wall();
    ssize_t count = recv(
        client->descriptor, client->input + client->length, sizeof client->input - (size_t)client->length, 0);
    if (count <= 0) {
        hang_up(all, client);
        return;
    }
    client->length += (int)count;
    // Read requests have twelve bytes.
    while (client->length >= 12) {
        struct gateway *gateway = &all->gateways[client->gateway];
        note(all, gateway, at);
        answer(gateway, client, client->input);
        client->length -= 12;
        memmove(client->input, client->input + 12, (size_t)client->length);
    }
}

static void accept_client(struct modbus_gateways *all, int gateway) {
    struct client *client = calloc(1, sizeof *client);
    if (!client) abort();
    client->descriptor = accept4(all->gateways[gateway].listener, NULL, NULL, SOCK_CLOEXEC);
    if (client->descriptor < 0) {
        free(client);
        return;
    }
    int one = 1;
    setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    client->gateway = gateway;
    client->next = all->clients;
    all->clients = client;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(all->epoll, EPOLL_CTL_ADD, client->descriptor, &event);
}

static void *run(void *argument) {
    struct modbus_gateways *all = argument;
    for (;;) {
        struct epoll_event event;
        int count = epoll_wait(all->epoll, &event, 1, -1);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 || event.data.ptr == all) return NULL;
        struct gateway *gateway = event.data.ptr;
        if (gateway >= all->gateways && gateway < all->gateways + all->count) {
            accept_client(all, (int)(gateway - all->gateways));
        } else {
            read_client(all, event.data.ptr);
        }
    }
}

/* The accept queue of a listener with backlog 0 holds one connection; to further ones the kernel says nothing. */
static void fill(struct gateway *gateway, uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 4; i++) {
        gateway->filling[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(gateway->filling[i], (struct sockaddr *)&address, sizeof address);
    }
}

static bool open_gateway(struct modbus_gateways *all, int number, enum modbus_gateway_kind kind, uint16_t *port) {
    struct gateway *gateway = &all->gateways[number];
    bool is_blackhole = kind == MODBUS_GATEWAY_BLACKHOLE;
    gateway->kind = kind;
    for (int i = 0; i < 4; i++) gateway->filling[i] = -1;
    *port = 0;
    // A port that is bound and not listened on refuses, and nobody else is given it.
    gateway->listener = peer_listen(port, kind == MODBUS_GATEWAY_REFUSES ? -1 : is_blackhole ? 0 : 16);
    if (gateway->listener < 0) return false;
    if (is_blackhole) fill(gateway, *port);
    if (is_blackhole || kind == MODBUS_GATEWAY_REFUSES) return true;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = gateway};
    return epoll_ctl(all->epoll, EPOLL_CTL_ADD, gateway->listener, &event) == 0;
}

struct modbus_gateways *modbus_gateways_start(const enum modbus_gateway_kind *kinds, uint16_t *ports, int count) {
    struct modbus_gateways *all = calloc(1, sizeof *all);
    if (!all) abort();
    all->gateways = calloc((size_t)count, sizeof *all->gateways);
    if (!all->gateways) abort();
    pthread_mutex_init(&all->lock, NULL);
    all->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = all};
    bool is_open = all->epoll >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, all->stop) == 0
        && epoll_ctl(all->epoll, EPOLL_CTL_ADD, all->stop[0], &event) == 0;
    for (; is_open && all->count < count; all->count++)
        is_open = open_gateway(all, all->count, kinds[all->count], &ports[all->count]);
    if (is_open && pthread_create(&all->thread, NULL, run, all) == 0) return all;
    int error = errno;
    modbus_gateways_stop(all);
    errno = error;
    return NULL;
}

int32_t modbus_gateways_request_count(struct modbus_gateways *all, int32_t gateway) {
    pthread_mutex_lock(&all->lock);
    int32_t count = all->gateways[gateway].count;
    pthread_mutex_unlock(&all->lock);
    return count;
}

int64_t modbus_gateways_request_at(struct modbus_gateways *all, int32_t gateway, int32_t index) {
    pthread_mutex_lock(&all->lock);
    int64_t at = index < all->gateways[gateway].count ? all->gateways[gateway].requests[index] : 0;
    pthread_mutex_unlock(&all->lock);
    return at;
}

void modbus_gateways_stop(struct modbus_gateways *all) {
    if (!all) return;
    if (all->thread) {
        if (write(all->stop[1], "", 1) != 1) abort();
        pthread_join(all->thread, NULL);
    }
    while (all->clients) hang_up(all, all->clients);
    for (int i = 0; i < all->count; i++) {
        struct gateway *gateway = &all->gateways[i];
        if (gateway->listener >= 0) close(gateway->listener);
        for (int place = 0; place < 4; place++)
            if (gateway->filling[place] >= 0) close(gateway->filling[place]);
        free(gateway->requests);
    }
    if (all->epoll >= 0) close(all->epoll);
    close(all->stop[0]);
    close(all->stop[1]);
    pthread_mutex_destroy(&all->lock);
    free(all->gateways);
    free(all);
}
