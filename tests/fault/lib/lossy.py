"""A network that loses packets, in a network namespace of its own: what is sent to 10.77.0.2 comes back to 10.77.0.1 as if
10.77.0.2 had sent it, but for those that get lost. So one machine is both ends, and its own TCP has to cope.

usage: lossy.py <loss, 0 to 1>   says "ready" when the network is there
       lossy.py --try            whether there can be one; the loopback is up afterwards"""

import fcntl
import os
import random
import socket
import struct
import sys

SET_UP_TUN, SET_FLAGS, SET_ADDRESS, SET_MASK = 0x400454CA, 0x8914, 0x8916, 0x891C
UP_AND_RUNNING = 0x41
NAME = b"parley0"


def request(device, kind, what):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, kind, struct.pack("16s24s", device, what))


def address(text):
    return struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(text))


def make():
    tun = os.open("/dev/net/tun", os.O_RDWR)
    point_to_point_without_header = 0x1001
    fcntl.ioctl(tun, SET_UP_TUN, struct.pack("16sH22x", NAME, point_to_point_without_header))
    request(NAME, SET_ADDRESS, address("10.77.0.1"))
    request(NAME, SET_MASK, address("255.255.255.0"))
    for device in (b"lo", NAME):
        request(device, SET_FLAGS, struct.pack("H", UP_AND_RUNNING))
    return tun


def main():
    tun = make()
    if sys.argv[1] == "--try":
        return
    loss = float(sys.argv[1])
    chance = random.Random(7)
    print("ready", flush=True)
    lost = carried = 0
    while True:
        packet = bytearray(os.read(tun, 65536))
        if packet[0] >> 4 != 4:
            continue
        if chance.random() < loss:
            lost += 1
            continue
        carried += 1
        # Sums of addresses are the same in any order, so the checksums stay right.
        packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
        os.write(tun, packet)
        if carried % 100 == 0:
            print(f"lost {lost} carried {carried}", flush=True)


main()
