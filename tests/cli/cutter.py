#!/usr/bin/env python3
"""A TCP proxy that cuts connections, or holds them.

Usage: cutter.py PORT CUTS; prints its URL. Connections go to PORT on this machine. CUTS, where it is there, holds
"BYTES TIMES up|down cut|hold|deaf": so many more times, when that many bytes went that way over a connection, it is
reset; or it goes on only when CUTS.held, which is made then, has been removed; or it is reset when an answer comes.
"""
import os
import socket
import struct
import sys
import threading
import time

PORT, CUTS = int(sys.argv[1]), sys.argv[2]
HELD = CUTS + ".held"
lock = threading.Lock()


def read():
    try:
        with open(CUTS, encoding="utf-8") as cuts:
            count, times, way, what = cuts.read().split()
        return int(count), int(times), way, what
    except (OSError, ValueError):
        return 0, 0, "", ""


def reached(direction, moved):
    """What is to be done now that so many bytes would have gone this way, and how many may."""
    with lock:
        count, times, way, what = read()
        if way != direction or times == 0 or moved < count:
            return None, 0
        with open(CUTS + ".new", "w", encoding="utf-8") as cuts:
            print(count, times - 1, way, what, file=cuts)
        os.rename(CUTS + ".new", CUTS)
        return what, count


def hold():
    with open(HELD, "w", encoding="utf-8"):
        pass
    while os.path.exists(HELD):
        time.sleep(0.02)


def reset(*connections):
    for connection in connections:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


def copy(source, sink, direction, connection):
    moved = 0
    try:
        while data := source.recv(16384):
            if direction == "down" and connection["deaf"]:
                reset(source, sink)
                return
            what, most = (None, 0) if connection["done"] else reached(direction, moved + len(data))
            connection["done"] = connection["done"] or what is not None
            if what == "cut":
                if most > moved:
                    sink.sendall(data[: most - moved])
                reset(source, sink)
                return
            if what == "hold":
                hold()
            connection["deaf"] = connection["deaf"] or what == "deaf"
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
    connection = {"deaf": False, "done": False}  # what was to be done over it has been
    threading.Thread(target=copy, args=(client, server, "up", connection), daemon=True).start()
    copy(server, client, "down", connection)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)  # so that who is held notices soon
listener.bind(("127.0.0.1", 0))
listener.listen(64)
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
