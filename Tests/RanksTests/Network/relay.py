#!/usr/bin/env python3
"""Links of a given rate and delay between network namespaces, for kernels without netem. Called by scaling.sh.

    relay.py RATE DELAY DEVICE...      bits a second, seconds, names of new devices

Makes a TUN device for each rank, to be moved into its namespace with the address 10.77.0.(rank + 1), prints "ready", and carries
packets between them until it is ended; SIGUSR1 cuts the last rank off. A packet leaves its sender when those before it have
left at RATE, is under way for DELAY, and reaches its receiver when those before it have arrived at RATE. Many TCP segments come
as one packet, as they do to a network card that cuts them itself, so that one process can carry them.
"""
import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import sys
import time

# <linux/if_tun.h>
TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
# Before each packet, how it is to be cut: a virtio_net_hdr, which is handed on as it is.
HEADER = 10
PR_SET_TIMERSLACK = 29


def device(name):
    """A descriptor of a new TUN device: each read and write is a header and one IP packet."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    return descriptor


def main():
    rate, delay, names = float(sys.argv[1]) / 8, float(sys.argv[2]), sys.argv[3:]
    # The kernel may round sleeps by 50 us otherwise, half of the delay that is wanted.
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    # Ranks that wait keep their processors busy; packets must not wait for those.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    devices = [device(name) for name in names]
    connected = len(devices)

    def cut(*_):
        nonlocal connected
        connected -= 1

    signal.signal(signal.SIGUSR1, cut)
    print("ready", flush=True)
    sent, arrived = [0.0] * len(names), [0.0] * len(names)
    under_way, count = [], 0
    while True:
        wait = max(under_way[0][0] - time.monotonic(), 0) if under_way else None
        for source in select.select(devices, [], [], wait)[0]:
            sender = devices.index(source)
            for _ in range(16):
                try:
                    packet = os.read(source, 65_536 + HEADER)
                except BlockingIOError:
                    break
                # The last number of an IPv4 destination; other packets (IPv6's search for neighbours) have no receiver.
                address = packet[HEADER + 16:HEADER + 20] if packet[HEADER] >> 4 == 4 else b""
                receiver = address[3] - 1 if address[:3] == b"\x0a\x4d\x00" else -1
                if not 0 <= receiver < connected or sender >= connected:
                    continue
                length = (len(packet) - HEADER) / rate
                sent[sender] = max(time.monotonic(), sent[sender]) + length
                arrived[receiver] = max(sent[sender] + delay, arrived[receiver] + length)
                heapq.heappush(under_way, (arrived[receiver], count, receiver, packet))
                count += 1
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, receiver, packet = heapq.heappop(under_way)
            try:
                os.write(devices[receiver], packet)
            except OSError:
                pass  # the namespace is gone


if __name__ == "__main__":
    main()
