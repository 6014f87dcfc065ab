#!/usr/bin/env python3
"""A TCP proxy that cuts connections.

Usage: cutter.py PORT CUTS; prints its URL. Connections go to PORT on this machine. CUTS, where it is there, holds
"BYTES TIMES up|down": so many more connections, once that many bytes went that way over them, are reset.
"""
import os
import socket
import struct
import sys
import threading

PORT, CUTS = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()


def limit(direction):
    """How many bytes may go this way, and None where there is no limit."""
    try:
        with open(CUTS, encoding="utf-8") as cuts:
            count, times, way = cuts.read().split()
    except (OSError, ValueError):
        return None
    return int(count) if way == direction and int(times) > 0 else None


def use_up():
    with lock:
        with open(CUTS, encoding="utf-8") as cuts:
            count, times, way = cuts.read().split()
        with open(CUTS + ".new", "w", encoding="utf-8") as cuts:
            print(count, int(times) - 1, way, file=cuts)
        os.rename(CUTS + ".new", CUTS)


def reset(*connections):
    for connection in connections:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


def copy(source, sink, direction):
    most, moved = limit(direction), 0
    try:
        while data := source.recv(65536):
            if most is not None and moved + len(data) >= most:
                sink.sendall(data[: most - moved])
                use_up()
                reset(source, sink)
                return
            sink.sendall(data)
            moved += len(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        reset(source, sink)


def serve(client):
    try:
        server = socket.create_connection(("127.0.0.1", PORT))
    except OSError:
        reset(client)
        return
    threading.Thread(target=copy, args=(client, server, "up"), daemon=True).start()
    copy(server, client, "down")


listener = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
