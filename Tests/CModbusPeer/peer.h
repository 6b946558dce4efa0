#ifndef QUANTRAC_PEER_H
#define QUANTRAC_PEER_H

#include "modbus_peer.h"

#include <pthread.h>

enum { PEER_WORDS = 512, PEER_CLIENTS = 32, PEER_FRAME = 300 };

struct modbus_peer {
    struct modbus_peer_settings settings;
    pthread_t thread;
    // Written to by stop; the thread ends when it can be read.
    int stop[2];
    pthread_mutex_t lock;

    // What it has been asked.
    struct modbus_peer_request *requests;
    int32_t request_count, request_capacity;
    int32_t connections;

    // Words that are set.
    struct {
        uint8_t function;
        uint16_t address, word;
    } words[PEER_WORDS];
    int word_count;

    // The script.
    struct modbus_peer_step *steps;
    int step_count, next_step;
    uint64_t random;

    // libmodbus's.
    void *context;
    void *mapping;
    // Of our own slave.
    int listener, terminal, terminal_other;
    bool is_rtu;
};

struct modbus_peer *peer_make(struct modbus_peer_settings settings);
int peer_start(struct modbus_peer *peer, void *(*run)(void *));
int64_t peer_now(void);
/// Evenly in 0 ..< 1.
double peer_random(uint64_t *state);
/// Notes a request, takes its fate from the script or by lot, and returns what was noted.
struct modbus_peer_request peer_note(
    struct modbus_peer *peer, uint8_t unit, uint8_t function, uint16_t address, uint16_t count, int64_t at);
/// Notes that the answer to the request of that index has gone.
void peer_note_sending(struct modbus_peer *peer, int32_t index);
void peer_note_sent(struct modbus_peer *peer, int32_t index);
uint16_t peer_word(struct modbus_peer *peer, uint8_t unit, uint8_t function, uint16_t address, uint32_t counter);
bool peer_is_illegal(const struct modbus_peer *peer, uint16_t address, uint16_t count);
void peer_count_connection(struct modbus_peer *peer);
/// Listens on 127.0.0.1, non-blocking; -1 and errno when it fails.
int peer_listen(uint16_t *port, int backlog);

#endif
