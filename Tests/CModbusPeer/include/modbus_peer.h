#ifndef QUANTRAC_MODBUS_PEER_H
#define QUANTRAC_MODBUS_PEER_H

#include <stdbool.h>
#include <stdint.h>

/// The other side of a Modbus bus for tests: slaves that libmodbus serves, slaves that misbehave on request, gateways
/// by the hundred, and the plain libmodbus master that we are measured against. Everything is on 127.0.0.1 or a tty.
///
/// Every register says whose it is: its word is a hash of unit, function, address and (where asked for) the number of
/// the request, so that a word taken for another one is recognised.

/// The word of an address, 0 or 1 for functions 1 and 2; `counter` is 0 in slaves that do not count.
uint16_t modbus_peer_word(uint8_t unit, uint8_t function, uint16_t address, uint32_t counter);

/// A slave on a thread of its own.
struct modbus_peer;

/// What a slave does with a request.
enum modbus_peer_fault {
    MODBUS_PEER_OK,
    /// One bit of the CRC is wrong; over TCP the transaction id.
    MODBUS_PEER_BAD_CRC,
    /// The first half of the frame, and no more.
    MODBUS_PEER_HALF,
    MODBUS_PEER_NONE,
    /// Exception 6, "busy".
    MODBUS_PEER_EXCEPTION,
    /// Seven random bytes, then the frame.
    MODBUS_PEER_NOISE,
    /// The right answer after `milliseconds`.
    MODBUS_PEER_LATE,
    /// One byte each `milliseconds`.
    MODBUS_PEER_SLOW_BYTES,
    /// The answer of the next unit.
    MODBUS_PEER_OTHER_UNIT,
    /// The frame and three more bytes.
    MODBUS_PEER_TRAILING,
    /// One bit of the data is wrong, the CRC is not; over TCP, which has a checksum of its own, one of the protocol id.
    MODBUS_PEER_FLIPPED_BIT,
    /// The answer, and once more after `milliseconds`.
    MODBUS_PEER_DUPLICATE,
    /// Random bytes instead of an answer.
    MODBUS_PEER_GARBAGE,
    /// The request itself, then the answer: a half-duplex adapter.
    MODBUS_PEER_ECHO,
    /// Closes the connection; on a tty the same as MODBUS_PEER_NONE.
    MODBUS_PEER_HANG_UP,
    /// The same, and the answer after `milliseconds` to whoever is connected then: a serial server.
    MODBUS_PEER_HANG_UP_LATE,
    /// The first half of the frame, and the rest after `milliseconds`.
    MODBUS_PEER_SPLIT,
    /// Exception 11, "no answer", and the answer all the same after `milliseconds`: a gateway that gave up.
    MODBUS_PEER_GAVE_UP,
};

struct modbus_peer_step {
    enum modbus_peer_fault fault;
    int32_t milliseconds;
};

struct modbus_peer_settings {
    /// The words change from request to request.
    bool is_counting;
    /// Answers are delayed side by side, as by a gateway; otherwise the next request waits for the answer before it.
    bool is_overlapping;
    /// Answers go to whoever is connected when they are due, as a serial server sends them.
    bool is_serial_server;
    /// Addresses of every table that are refused with exception 2.
    uint16_t illegal_first, illegal_count;
    /// After the script: the share of the requests answered late, and not at all.
    double late_share, lost_share;
    /// Between which two the lateness is (above 0), short and long ones alike: evenly over the octaves.
    int32_t late_milliseconds_min, late_milliseconds_max;
    uint64_t seed;
};

/// What a slave has been asked.
struct modbus_peer_request {
    /// CLOCK_MONOTONIC, when the request was there in full; a slave that answers in turn may look at it later.
    int64_t at_nanoseconds;
    /// When the last byte of the answer was sent; 0: not yet, or never. Only of the slaves of our own code.
    int64_t sent_nanoseconds;
    // The clock just before that: what it measures is never too short because the slave had to wait for its turn.
    int64_t sending_nanoseconds;
    uint32_t counter;
    uint16_t address, count;
    uint8_t unit, function;
    int32_t fault;
    /// Of a late answer.
    int32_t milliseconds;
};

/// A libmodbus server over TCP that answers every unit. `*port` 0: the kernel's choice. NULL and errno when it fails.
struct modbus_peer *modbus_peer_serve_tcp(uint16_t *port, struct modbus_peer_settings settings);

/// A libmodbus server for one unit on a tty, 8 data bits, 1 stop bit. NULL and errno when it fails.
struct modbus_peer *modbus_peer_serve_tty(
    const char *device, int baud, char parity, uint8_t unit, struct modbus_peer_settings settings);

/// A slave of our own code, every unit, behind a pseudo terminal; its name is written to `device`.
struct modbus_peer *modbus_peer_script_tty(char *device, int capacity, struct modbus_peer_settings settings);

/// The same behind TCP: RTU frames, or Modbus TCP.
struct modbus_peer *modbus_peer_script_tcp(uint16_t *port, bool is_rtu, struct modbus_peer_settings settings);

/// What it does with its next requests; after them it does as its settings say. Only for the slaves of our own code.
void modbus_peer_set_script(struct modbus_peer *peer, const struct modbus_peer_step *steps, int count);

/// Sets a word for every unit in place of the hash; at most 512 of them.
void modbus_peer_set_word(struct modbus_peer *peer, uint8_t function, uint16_t address, uint16_t word);

/// How many requests it has had.
int32_t modbus_peer_request_count(struct modbus_peer *peer);

/// One of them, from 0.
struct modbus_peer_request modbus_peer_request_at(struct modbus_peer *peer, int32_t index);

/// How many connections it has had, one after the other or at once.
int32_t modbus_peer_connections(struct modbus_peer *peer);

/// Closes everything and frees it.
void modbus_peer_stop(struct modbus_peer *peer);

// --- gateways by the hundred

enum modbus_gateway_kind {
    MODBUS_GATEWAY_ANSWERS,
    /// Nobody listens.
    MODBUS_GATEWAY_REFUSES,
    /// Accepts, and says nothing.
    MODBUS_GATEWAY_MUTE,
    /// Lets a connection attempt wait for ever.
    MODBUS_GATEWAY_BLACKHOLE,
    /// Answers every request with something that is no Modbus.
    MODBUS_GATEWAY_GARBAGE,
};

struct modbus_gateways;

/// Starts `count` Modbus TCP gateways on one thread; their ports are written to `ports`.
struct modbus_gateways *modbus_gateways_start(const enum modbus_gateway_kind *kinds, uint16_t *ports, int count);

/// How many requests a gateway has had.
int32_t modbus_gateways_request_count(struct modbus_gateways *gateways, int32_t gateway);

/// CLOCK_REALTIME, nanoseconds since 1970, at which its request `index` came.
int64_t modbus_gateways_request_at(struct modbus_gateways *gateways, int32_t gateway, int32_t index);

void modbus_gateways_stop(struct modbus_gateways *gateways);

// --- the plain libmodbus master: set_slave, read_registers, next

struct modbus_plain_loop {
    uint8_t unit;
    /// Asked in turn.
    uint16_t addresses[2];
    uint16_t count;
    int32_t polls;
    int32_t timeout_milliseconds;
    /// Between two polls.
    int32_t pause_milliseconds;
    /// MODBUS_ERROR_RECOVERY_LINK | MODBUS_ERROR_RECOVERY_PROTOCOL.
    bool has_recovery;
};

struct modbus_plain_tally {
    /// Polls by what came of them: the words asked for, other words, an error.
    int32_t right, wrong, failed;
    /// errno when it could not connect.
    int32_t error;
};

struct modbus_plain_tally modbus_plain_loop_tty(const char *device, int baud, struct modbus_plain_loop loop);
struct modbus_plain_tally modbus_plain_loop_tcp(uint16_t port, struct modbus_plain_loop loop);

// --- terminals

/// Opens a pseudo terminal and returns its controlling side, non-blocking and raw, or -1 and errno; the name of the
/// other side is written to `device`.
int modbus_peer_open_terminal(char *device, int capacity);

#endif
