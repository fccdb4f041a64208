"""A counter's machine in an emulator: power, screen, panels, keys, and a voice
inside that obeys commands (image-test puts it into the image it tests)."""
import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import time

from panel import Panel

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
TRACE = "/run/hailong-kiosk/trace"


class Failed(Exception):
    pass


def until(what, seconds, look, every=0.1):
    """The first true answer of look()."""
    end = time.monotonic() + seconds
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(every)


def has_kvm():
    """The processor itself runs guests: not every /dev/kvm starts one from
    its first instruction."""
    return os.access("/dev/kvm", os.W_OK) and any(
        os.path.exists(f"/sys/module/{name}")
        for name in ("kvm_intel", "kvm_amd"))


class Picture:
    """A screendump in its simplest form, P6."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        width, height = map(int, data.split(maxsplit=3)[1:3])
        self.size = width, height
        self.pixels = data[-width * height * 3:]

    def at(self, x, y):
        """(red, green, blue); from the right and below when negative."""
        width, height = self.size
        start = (y % height * width + x % width) * 3
        return tuple(self.pixels[start:start + 3])


class Channel:
    """Lines over a socket that the emulator opened."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.kept = b""

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def line(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.kept:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                more = self.socket.recv(65536)
            except (TimeoutError, BlockingIOError):
                return None
            if not more:
                raise Failed("the machine is gone")
            self.kept += more
        line, self.kept = self.kept.split(b"\n", 1)
        return line.decode("utf-8", "replace")


class Machine:
    """On from here; panels are plugged in by name before the power comes."""

    def __init__(self, disk, folder, size=(1280, 800), panels=("A",),
                 extra=(), memory=1024):
        self.folder = pathlib.Path(folder)
        self.size = size
        self.number = 0
        self.asked = 0
        os.makedirs(folder, exist_ok=True)
        for old in self.folder.glob("*.sock"):
            old.unlink()
        names = sorted({"A", "B", *panels})
        accelerate = ["-accel", "kvm", "-cpu", "host"] if has_kvm() else [
            "-accel", "tcg,thread=multi", "-cpu", "Nehalem"]
        command = [
            "qemu-system-x86_64", "-machine", "q35", *accelerate,
            "-smp", "2", "-m", str(memory), "-nodefaults", "-display", "none",
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=virtio,format=qcow2,file={disk},cache=writethrough",
            "-device", f"virtio-vga,xres={size[0]},yres={size[1]}",
            "-device", "qemu-xhci", "-device", "virtio-serial",
            *self._socket("qmp"), "-mon", "chardev=qmp,mode=control",
            *self._socket("obey"),
            "-device", "virtserialport,chardev=obey,name=hailong.obey",
            "-serial", f"file:{self.folder}/serial.log"]
        for name in names:
            command += [*self._socket(f"panel{name}"),
                        "-device", f"usb-redir,chardev=panel{name}"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command + list(extra), stdin=subprocess.DEVNULL,
            stderr=open(self.folder / "qemu.log", "w"))
        self.qmp = Channel(self._there("qmp"))
        self.qmp.line(10)
        self.tell("qmp_capabilities")
        self.obey = Channel(self._there("obey"))
        self.panels = {name: Panel(self._there(f"panel{name}"), name)
                       for name in names}
        for name in panels:
            self.panels[name].plug()

    def _socket(self, name):
        return ["-chardev", f"socket,id={name},server=on,wait=off,"
                f"path={self.folder}/{name}.sock"]

    def _there(self, name):
        path = self.folder / f"{name}.sock"
        until(f"the emulator starts (see {self.folder}/qemu.log)", 10,
              path.exists, 0.01)
        return path

    # --- Power, screen, keys ---

    def tell(self, command, **arguments):
        self.qmp.send(json.dumps({"execute": command,
                                  "arguments": arguments}))
        while True:
            line = self.qmp.line(30)
            if line is None:
                raise Failed(f"no answer to {command}")
            answer = json.loads(line)
            if "error" in answer:
                raise Failed(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def pull_plug(self):
        """As a power cut: what the guest holds in memory is gone."""
        self.process.kill()
        self.process.wait()

    def push_power_button(self):
        self.tell("system_powerdown")

    def picture(self):
        path = self.folder / "look.ppm"
        self.tell("screendump", filename=str(path), format="ppm")
        return Picture(path)

    def keep_picture(self, path):
        self.tell("screendump", filename=str(path), format="png")

    def keys(self, *codes):
        """All down, then all up, as on a USB keyboard."""
        for down in (True, False):
            self.tell("input-send-event", events=[
                {"type": "key", "data": {
                    "down": down, "key": {"type": "qcode", "data": code}}}
                for code in (codes if down else reversed(codes))])
            time.sleep(0.1)

    # --- Sticks ---

    def plug_stick(self, image, bytes_a_second=0):
        """A USB stick with this file as its disk, slow if need be."""
        self.tell("blockdev-add", **{
            "node-name": "stick-file", "driver": "file",
            "filename": str(image)})
        below = "stick-file"
        if bytes_a_second:
            self.tell("object-add", **{
                "qom-type": "throttle-group", "id": "stick-speed",
                "limits": {"bps-write": bytes_a_second}})
            self.tell("blockdev-add", **{
                "node-name": "stick-slow", "driver": "throttle",
                "throttle-group": "stick-speed", "file": below})
            below = "stick-slow"
        self.tell("blockdev-add", **{"node-name": "stick-disk",
                                     "driver": "raw", "file": below})
        self.tell("device_add", driver="usb-storage", id="stick",
                  drive="stick-disk")

    def pull_stick(self):
        """At once, as by a hand: nobody is asked."""
        self.tell("device_del", id="stick")
        for node in ("stick-disk", "stick-slow", "stick-file"):
            until(f"{node} is given back", 60, lambda: self._gives_back(node))

    def _gives_back(self, node):
        try:
            self.tell("blockdev-del", **{"node-name": node})
        except Failed as failure:  # in use yet, or there never was one
            return not re.search("in use|busy", str(failure))
        return True

    # --- Inside ---

    def run(self, command, seconds=30):
        """What a command of root's says; fails when it does."""
        status, said = self.try_run(command, seconds)
        if status:
            raise Failed(f"{command}: {said.strip()}")
        return said

    def try_run(self, command, seconds=30):
        self.asked += 1
        tag = f"{os.getpid()}.{id(self)}.{self.asked}"
        ask = f"{tag} {base64.b64encode(command.encode()).decode()}"
        end = time.monotonic() + seconds
        self.obey.send(ask)
        while time.monotonic() < end:
            line = self.obey.line(max(0.1, end - time.monotonic()))
            if line and line.startswith(tag + " "):
                status, said = (line.split(" ", 2) + [""])[1:3]
                return int(status), base64.b64decode(said).decode(
                    "utf-8", "replace")
        raise Failed(f"no answer inside to: {command}")

    def obeys(self, seconds=90):
        until("the machine obeys", seconds,
              lambda: self._answers(), 0.3)

    def _answers(self):
        try:
            return self.try_run("true", 2)[0] == 0
        except Failed:
            return False

    def trace(self):
        said = self.try_run(f"cat {TRACE}")[1]
        events = []
        for line in said.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                pass  # the last line may be half written
        return events

    def screen(self):
        """The screen that is shown: its name, and its targets by id."""
        shown = [e for e in self.trace() if e.get("ev") == "screen"]
        if not shown:
            return None, {}
        return shown[-1]["name"], {t["id"]: t for t in shown[-1]["targets"]}

    def wait_screen(self, *names, seconds=30):
        return until(f"screen {' or '.join(names)}", seconds,
                     lambda: self.screen()[0] in names and self.screen()[0])

    def touch(self, target, panel="A"):
        """A finger in the middle of a target, until the kiosk took it for a
        tap: an emulated machine may draw so slowly that a touch seems long."""
        for _ in range(4):
            name, targets = self.screen()
            if target not in targets:
                raise Failed(f"{target} is not on the screen {name}")
            place = targets[target]
            before = self._taps(target)
            time.sleep(0.5)  # a new screen is deaf for a moment
            self.panels[panel].tap(
                (place["x"] + place["w"] / 2) / self.size[0],
                (place["y"] + place["h"] / 2) / self.size[1])
            try:
                until("the tap", 8, lambda: self._taps(target) > before, 0.3)
                return
            except Failed:
                pass
        raise Failed(f"{target} does not feel a finger")

    def _taps(self, target):
        return sum(e.get("ev") == "tap" and e.get("id") == target
                   for e in self.trace())
