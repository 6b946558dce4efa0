#define _GNU_SOURCE
#include "c_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct input {
    int socket;
    char *buffer;
    size_t used, end;
};

enum { capacity = 1 << 18 };

static int refill(struct input *in) {
    ssize_t count = recv(in->socket, in->buffer, capacity, 0);
    if (count <= 0) return count == 0 ? ECONNRESET : errno;
    in->used = 0;
    in->end = (size_t)count;
    return 0;
}

/* One line without its CRLF; the rest of a longer one is dropped. */
static int read_line(struct input *in, char *line, size_t size) {
    size_t length = 0;
    for (;;) {
        int error = in->used == in->end ? refill(in) : 0;
        if (error) return error;
        char c = in->buffer[in->used++];
        if (c == '\n') break;
        if (c != '\r' && length + 1 < size) line[length++] = c;
    }
    line[length] = 0;
    return 0;
}

static int drop(struct input *in, int64_t count) {
    while (count > 0) {
        int error = in->used == in->end ? refill(in) : 0;
        if (error) return error;
        int64_t here = (int64_t)(in->end - in->used);
        if (here > count) here = count;
        in->used += (size_t)here;
        count -= here;
    }
    return 0;
}

static int read_chunks(struct input *in, int64_t *bytes) {
    char line[512];
    for (;;) {
        int error = read_line(in, line, sizeof line);
        if (error) return error;
        int64_t size = strtoll(line, NULL, 16);
        if (size == 0) break;
        *bytes += size;
        if ((error = drop(in, size)) || (error = read_line(in, line, sizeof line))) return error;
    }
    int error;
    do error = read_line(in, line, sizeof line);
    while (!error && line[0]);
    return error;
}

static int read_answer(struct input *in, struct c_http_answer *answer, int *is_closing) {
    char line[1024];
    int is_chunked = 0;
    int64_t length = 0;
    int error = read_line(in, line, sizeof line);
    if (error) return error;
    if (strncmp(line, "HTTP/1.1 ", 9) != 0) return EPROTO;
    answer->status = atoi(line + 9);
    while (!(error = read_line(in, line, sizeof line)) && line[0]) {
        if (strncasecmp(line, "content-length:", 15) == 0) length = strtoll(line + 15, NULL, 10);
        if (strncasecmp(line, "transfer-encoding: chunked", 26) == 0) is_chunked = 1;
        if (strncasecmp(line, "connection: close", 17) == 0) *is_closing = 1;
        if (strncasecmp(line, "quantrac-batch: ", 16) == 0) {
            snprintf(answer->batch, sizeof answer->batch, "%.255s", line + 16);
        }
    }
    if (error) return error;
    if (is_chunked) return read_chunks(in, &answer->bytes);
    answer->bytes = length;
    return drop(in, length);
}

static int open_connection(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 30};
    int one = 1;
    int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (opened < 0) return -1;
    setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(opened, (struct sockaddr *)&address, sizeof address) == 0) return opened;
    int error = errno;
    close(opened);
    errno = error;
    return -1;
}

int c_http_exchange(int *connection, int port, const char *request, struct c_http_answer *answer) {
    static _Thread_local char buffer[capacity];
    memset(answer, 0, sizeof *answer);
    if (*connection < 0) *connection = open_connection(port);
    if (*connection < 0) return errno;
    struct input in = {.socket = *connection, .buffer = buffer};
    size_t length = strlen(request);
    int is_closing = 0;
    int error = send(*connection, request, length, MSG_NOSIGNAL) == (ssize_t)length ? 0 : errno;
    if (!error) error = read_answer(&in, answer, &is_closing);
    if (error || is_closing) {
        close(*connection);
        *connection = -1;
    }
    return error;
}
