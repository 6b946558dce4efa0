#ifndef QUANTRAC_C_HTTP_H
#define QUANTRAC_C_HTTP_H

#include <stdint.h>

/// What came back: the status, the length of the body, and the header `Quantrac-Batch` (empty when there was none).
struct c_http_answer {
    int status;
    int64_t bytes;
    char batch[256];
};

/// Sends a request over a kept connection to a loopback port and throws the answer's body away as it comes.
///
/// `connection` is -1 before the first request and after an answer that ended the connection. Knows Content-Length and
/// chunked bodies. Returns 0 or errno; EPROTO for an answer that it does not understand.
int c_http_exchange(int *connection, int port, const char *request, struct c_http_answer *answer);

#endif
