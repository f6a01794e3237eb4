# Takes samples inside gdb: at the points of a grid that icount-gdb decides on it reads ranges of
# the guest's memory, and hands the bytes over as MI status records. What they mean is none of its
# business. Loaded into a session that session.gdb has set up; see "How it works" in README.md.
#
# It runs in gdb's own thread, as an event of gdb's that posts itself again: there is never more
# than one, and gdb handles its other events, its commands and its end in between.

import sys

# The interpreter's own library and nothing else: nobody else's `select` is imported.
sys.path[:] = [folder for folder in sys.path if folder.endswith("/lib-dynload")]

# Without its data directory gdb has no module `gdb`; the one that it is built on is always there.
import _gdb
import atexit
import posix
import select
import time

INPUT = 0
OUTPUT = 1
# While an event waits gdb handles no other, and a guest that ends is not collected: its parent
# learns of it that much later. From Linux 6.9 on the traced thread's end can be waited for, too
# (PIDFD_THREAD, which is O_EXCL), and after a long wait gdb has its turn only if there is something
# for it; elsewhere waits are cut into slices.
SLICE_NS = 15_000_000
ENDING_SLICE_NS = 1_000_000
# If an array has moved during so many reads in a row, that point of the grid has no value.
ATTEMPTS = 5

# gdb clears away an event that is pending when it leaves only after Python has gone, and dies of
# it (SIGSEGV). By now it has let go of the guest, and has nothing more to do.
atexit.register(posix._exit, 0)

# The kernel may wake us 50 us late, to wake others at the same time, unless it is told otherwise.
try:
    slack = posix.open("/proc/self/timerslack_ns", posix.O_WRONLY)
    posix.write(slack, b"1")
    posix.close(slack)
except OSError:
    pass


class Sampler:
    """Reads ranges of memory on a grid, and looks at them every `look` ns in between.

    With a `header` the last range is an array that moves. The header is read after it, and says
    where it is by then: at `fields`, each an offset and a length, there are its address, its
    number of elements, and the size of one.
    """

    def __init__(self, ranges, header, look, beat):
        self.ranges = ranges
        self.header = header
        self.look = look
        self.beat = beat
        self.inferior = _gdb.selected_inferior()
        # gdb's own way to it takes longer, and after the guest's end leads to the file instead.
        self.memory = posix.open("/proc/%d/mem" % self.inferior.pid, posix.O_RDONLY)
        self.posted = False
        self.told = self.since = time.monotonic_ns()
        self.pace(self.told, 2**62, 0, 0)  # None, until it is told one.
        try:
            self.await_on(INPUT, posix.pidfd_open(self.inferior.pid, posix.O_EXCL))
            self.slice = beat
        except (AttributeError, OSError):  # Python 3.8, Linux 6.8.
            self.await_on(INPUT)
            self.slice = SLICE_NS

    def pace(self, origin, interval, count, bundle):
        """Reads at `origin + k * interval` for the next `count` k that can be met.

        Tells what was read before the oldest of it is `bundle` ns old, and every `beat` ns.
        """
        self.origin = origin
        self.interval = interval
        self.left = count
        self.bundle = bundle
        self.points = []
        self.last_look = None
        self.due = time.monotonic_ns()
        self.point = self.point_after(self.due)
        self.go()

    def point_after(self, moment):
        return moment + self.interval - (moment - self.origin) % self.interval

    def now(self):
        """Reads at once, and tells all that there is to tell."""
        if self.inferior.pid != 0:
            self.take()
        self.tell()

    def rest(self):
        self.now()
        self.left = 0

    def go(self):
        if not self.posted and self.left > 0 and self.inferior.pid != 0:
            self.posted = True
            _gdb.post_event(self.step)

    def step(self):
        self.posted = False
        try:
            # A turn through gdb's event loop costs as much as a sample.
            end = time.monotonic_ns() + self.slice
            while self.left > 0:
                wait = self.due - time.monotonic_ns()
                ready = self.wait(min(wait, self.slice))
                if ready and INPUT not in ready:
                    self.await_on(INPUT)
                    self.slice = ENDING_SLICE_NS
                if ready or wait > self.slice or (wait > SLICE_NS and has_events()):
                    break
                now = self.take()
                if now > self.told + self.beat or (self.points and self.is_full(now)):
                    self.tell()
                    break
                if now > end:
                    break
            self.go()
        except KeyboardInterrupt:  # A signal to gdb.
            self.go()
        except Exception as error:
            write('+icount,failure="%s"\n' % type(error).__name__)

    def await_on(self, *awaited):
        self.awaited = awaited
        self.poller = select.poll()
        for each in awaited:
            self.poller.register(each, select.POLLIN)

    def wait(self, most):
        """Waits up to `most` ns, and returns the descriptors that have something for gdb."""
        if self.due < self.point:
            # poll(2) costs less, and whole milliseconds will do for a look.
            return [ready for ready, _ in self.poller.poll(max(0, most) // 1_000_000)]
        return select.select(self.awaited, (), (), max(0, most) / 1e9)[0]

    def take(self):
        """Returns when it was done."""
        started = time.monotonic_ns()
        if started >= self.point:
            self.read()  # Warms the way: as long as the next one takes, so vague is its time.
            started = time.monotonic_ns()
        pieces = self.read()
        ended = time.monotonic_ns()
        reading = (started, ended - started, pieces)
        if started >= self.point:
            if not self.points:
                self.since = started
            if None in pieces and self.last_look is not None:
                self.points.append(self.last_look)
            self.points.append(reading)
            self.last_look = None
            self.point = self.point_after(started)
        elif None not in pieces:
            self.last_look = reading
        self.due = min(self.point, started + self.look)
        return ended

    def read(self):
        for _ in range(ATTEMPTS):
            pieces = list(map(self.piece, self.ranges))
            if self.header is None:
                return pieces
            header = self.piece(self.header["range"])
            where = self.place(header)
            if where == self.ranges[-1]:
                return [*pieces, header]
            if where is None:
                break
            self.ranges[-1] = where
        return [*pieces[:-1], None, header]

    def place(self, header):
        if header is None:
            return None
        address, elements, size = (
            int.from_bytes(header[at : at + length], self.header["order"])
            for at, length in self.header["fields"]
        )
        length = elements * size
        return (address, length) if 0 < length <= self.header["most"] else None

    def piece(self, where):
        address, length = where
        try:
            piece = posix.pread(self.memory, length, address)
        except (OSError, OverflowError):  # Nothing is there, or can be.
            return None
        return piece if len(piece) == length else None

    def is_full(self, now):
        return len(self.points) >= self.left or now + self.interval > self.since + self.bundle

    def tell(self):
        readings = self.points if self.last_look is None else [*self.points, self.last_look]
        # What nobody reads is dropped: a write that waits would keep the guest's parent waiting.
        if readings and select.select((), (OUTPUT,), (), 0)[1]:
            write('+icount,readings="%s"\n' % ";".join(map(text, readings)))
            self.told = time.monotonic_ns()
            self.left -= len(self.points)
        self.points = []


def has_events():
    """Whether a traced thread has stopped or ended, which gdb is to deal with."""
    try:
        options = posix.WEXITED | posix.WSTOPPED | posix.WNOHANG | posix.WNOWAIT
        return posix.waitid(posix.P_ALL, 0, options) is not None
    except ChildProcessError:
        return True


def text(reading):
    started, window, pieces = reading
    return "%d %d %s" % (started, window, " ".join(map(digits, pieces)))


def digits(piece):
    """In hexadecimal, without the zeros at the end; `-` for what could not be read."""
    return "-" if piece is None else piece.rstrip(b"\0").hex()


def write(record):
    rest = record.encode()
    while rest:
        rest = rest[posix.write(OUTPUT, rest) :]
