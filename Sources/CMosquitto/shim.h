#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

// The Glibc module does not have the constant, and its struct tcp_info ends before this field: Linux has it at byte 128
// since 4.1 (include/uapi/linux/tcp.h, tcpi_bytes_received). 0 when the kernel does not tell.
static inline uint64_t quantrac_tcp_bytes_received(int descriptor) {
    uint64_t info[29] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &length) != 0 || length < 136) return 0;
    return info[16];
}
