#ifndef QUANTRAC_C_MODBUS_H
#define QUANTRAC_C_MODBUS_H

/// Starts a libmodbus slave on a loopback port that the kernel chooses: every unit, every table, zeros. It is a process
/// of its own, which the kernel ends with the thread that started it. Returns 0, its port and its id, or errno.
int c_modbus_slave_start(int *port, int *pid);

/// What a careful C programmer writes first: connects, and reads `registers` holding registers from address 0 on, 125 a
/// request at most, `sweeps` times, each request when the one before is answered. Returns 0 and the seconds from before
/// the first request to after the last answer, or errno.
int c_modbus_loop(int port, int registers, long sweeps, double *seconds);

#endif
