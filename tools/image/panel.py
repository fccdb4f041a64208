"""A touch panel on USB for a virtual machine, as real to the guest as one of
glass: the kernel finds it on the bus, its own driver for such panels reads it,
and it can be pulled out. Speaks usbredir over a socket of the emulator (device
usb-redir), which has no such panel itself.

    panel = Panel("panel.sock", "left")
    panel.plug(); panel.tap(0.5, 0.5); panel.unplug()
"""
import socket
import struct
import threading
import time

HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS = range(6)
SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURATION = 6, 7, 8
SET_ALTERNATE, GET_ALTERNATE, ALTERNATE = 9, 10, 11
START_INTERRUPT, STOP_INTERRUPT, INTERRUPT_STATUS = 15, 16, 17
CONTROL, INTERRUPT = 100, 103
CAPABILITIES = 1 << 4 | 1 << 5 | 1 << 6  # sizes of packets, long ids and lengths
FULL_SPEED, NOT_USED, KIND_INTERRUPT, KIND_CONTROL = 1, 255, 3, 0
IN_1 = 0x81
MOST = 32767  # of a coordinate
FINGERS = 3
VENDOR, PRODUCT = 0x1209, 0x4C54


def _finger():
    return bytes.fromhex(
        "05 0d 09 22 a1 02"        # digitizer, finger, logical collection
        "15 00 25 01 75 01 95 01"
        "09 42 81 02"              # tip switch
        "95 07 81 03"              # seven bits of nothing
        "75 08 95 01 25 7f 09 51 81 02"  # contact id
        "05 01 26 ff 7f 75 10"     # desktop; 0 to 32767, 16 bits
        "55 0e 65 11"              # in millimetres of glass
        "46 50 08 09 30 81 02"     # x
        "46 30 05 09 31 81 02"     # y
        "45 00 65 00 55 00 c0")


REPORT = (bytes.fromhex("05 0d 09 04 a1 01 85 01") + _finger() * FINGERS +
          bytes.fromhex("05 0d 15 00 25 0a 75 08 95 01 09 54 81 02"  # count
                        "85 02 09 55 b1 02 c0"))                     # most
SIZE = 1 + FINGERS * 6 + 1
DEVICE = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, VENDOR,
                     PRODUCT, 0x0100, 1, 2, 0, 1)
HID = struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, 0x22, len(REPORT))
CONFIG = (struct.pack("<BBHBBBBB", 9, 2, 9 + 9 + 9 + 7, 1, 1, 0, 0x80, 50) +
          struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 1, 3, 0, 0, 0) + HID +
          struct.pack("<BBBBHB", 7, 5, IN_1, 3, 64, 4))


class Panel:
    def __init__(self, path, name):
        self.name = name
        self.polled = False
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.lock = threading.Lock()
        self.socket.sendall(struct.pack("<III64sI", HELLO, 68, 0, b"panel",
                                        CAPABILITIES))
        size = struct.unpack("<III", self._read(12))[1]
        self._read(size)
        threading.Thread(target=self._serve, daemon=True).start()

    # --- What a hand does ---

    def plug(self):
        kinds = bytearray([NOT_USED] * 32)
        kinds[0] = kinds[16] = KIND_CONTROL
        kinds[17] = KIND_INTERRUPT
        interval = bytearray(32)
        interval[17] = 4
        sizes = [0] * 32
        sizes[0] = sizes[16] = sizes[17] = 64
        self._send(INTERFACES, 0, struct.pack(
            "<I32s32s32s32s", 1, bytes(32), b"\x03", bytes(32), bytes(32)))
        self._send(ENDPOINTS, 0,
                   bytes(kinds) + bytes(interval) + bytes(32) +
                   struct.pack("<32H", *sizes))
        self._send(CONNECT, 0, struct.pack("<BBBBHH", FULL_SPEED, 0, 0, 0,
                                           VENDOR, PRODUCT))

    def unplug(self):
        self.polled = False
        self._send(DISCONNECT, 0, b"")

    def down(self, *places):
        self._report([(1, i, x, y) for i, (x, y) in enumerate(places)])

    def up(self, *places):
        self._report([(0, i, x, y) for i, (x, y) in enumerate(places)])

    def tap(self, x, y, seconds=0.12):
        self.down((x, y))
        time.sleep(seconds)
        self.up((x, y))

    # --- What the bus asks ---

    def _report(self, contacts):
        body = b"\x01"
        for tip, number, x, y in contacts:
            body += struct.pack("<BBHH", tip, number, int(x * MOST),
                                int(y * MOST))
        body = body.ljust(SIZE - 1, b"\0") + bytes([len(contacts)])
        self._send(INTERRUPT, 0,
                   struct.pack("<BBH", IN_1, 0, len(body)) + body)

    def _send(self, kind, number, body):
        with self.lock:
            self.socket.sendall(struct.pack("<IIQ", kind, len(body), number) +
                                body)

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _serve(self):
        try:
            while True:
                kind, size, number = struct.unpack("<IIQ", self._read(16))
                self._take(kind, number, self._read(size))
        except (EOFError, OSError):
            pass

    def _take(self, kind, number, body):
        if kind == SET_CONFIGURATION or kind == GET_CONFIGURATION:
            self._send(CONFIGURATION, number, bytes([0, 1]))
        elif kind == SET_ALTERNATE or kind == GET_ALTERNATE:
            self._send(ALTERNATE, number, bytes([0, body[0], 0]))
        elif kind == START_INTERRUPT:
            self.polled = True
            self._send(INTERRUPT_STATUS, number, bytes([0, body[0]]))
        elif kind == STOP_INTERRUPT:
            self.polled = False
            self._send(INTERRUPT_STATUS, number, bytes([0, body[0]]))
        elif kind == CONTROL:
            self._control(number, body)

    def _control(self, number, body):
        endpoint, request, form, _, value, index, length = struct.unpack(
            "<BBBBHHH", body[:10])
        answer = self._answer(form, request, value)
        stalled = answer is None
        answer = b"" if stalled or form < 0x80 else answer[:length]
        size = len(answer) if form >= 0x80 else length
        self._send(CONTROL, number, struct.pack(
            "<BBBBHHH", endpoint, request, form, 4 if stalled else 0, value,
            index, size) + answer)

    def _answer(self, form, request, value):
        texts = {1: "Hai Long", 2: f"Panel {self.name}"}
        kind, which = value >> 8, value & 255
        if (form, request) == (0x80, 6):  # a descriptor
            if kind == 3:
                text = texts.get(which, "").encode("utf-16-le")
                text = text if which else b"\x09\x04"
                return bytes([2 + len(text), 3]) + text
            return {1: DEVICE, 2: CONFIG}.get(kind)
        if (form, request) == (0x81, 6):
            return {0x21: HID, 0x22: REPORT}.get(kind)
        if (form, request) == (0xA1, 1):  # a report
            return bytes([2, FINGERS]) if which == 2 else bytes([1]) + bytes(
                SIZE - 1)
        if form == 0x80 and request == 0:  # its state
            return b"\0\0"
        return b"" if form < 0x80 else None
