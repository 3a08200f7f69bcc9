"""The kinds of clients a soak is made of. One thread, one epoll; every client is a small state machine."""
import collections
import errno
import heapq
import json
import random
import select
import socket
import struct
import time

LARGE = "large"  # the category whose events slow readers do not read
NORMAL_TIMEOUT = 20


class Loop:
    """Readiness and timers."""

    def __init__(self, address):
        self.address = address
        self.poller = select.epoll()
        self.clients = {}
        self.timers = []
        self.count = 0

    def after(self, seconds, action):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, action))

    def run(self, until):
        while (now := time.monotonic()) < until:
            while self.timers and self.timers[0][0] <= now:
                heapq.heappop(self.timers)[2]()
            wait = min(until, self.timers[0][0] if self.timers else until) - time.monotonic()
            for descriptor, _ in self.poller.poll(max(0, wait), 512):
                client = self.clients.get(descriptor)
                if client:
                    client.readable()


class Client:
    """A connection that is made again when it ends."""

    receive_bytes = None

    def __init__(self, loop, counts):
        self.loop, self.counts, self.socket, self.unread = loop, counts, None, b""

    def connect(self):
        self.unread = b""
        self.socket = socket.socket()
        if self.receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_bytes)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        try:
            self.socket.connect(self.loop.address)
        except BlockingIOError:
            pass
        self.loop.clients[self.socket.fileno()] = self
        self.loop.poller.register(self.socket, select.EPOLLIN)
        self.counts["connections"] += 1

    def close(self, reset=False):
        if not self.socket:
            return
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        del self.loop.clients[self.socket.fileno()]
        self.socket.close()
        self.socket = None

    def send(self, text):
        try:
            self.socket.send(text.encode())
        except OSError as failed:
            # Still connecting on a full backlog, or gone; the end is read as such.
            if failed.errno == errno.EAGAIN:
                self.loop.after(0.05, lambda: self.socket and self.send(text))

    def get(self, target):
        self.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def readable(self):
        try:
            data = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return self.ended()
        self.unread += data
        head = self.unread.find(b"\r\n\r\n")
        if head < 0:
            return
        fields = self.unread[:head].lower()
        begin = fields.find(b"content-length: ")
        length = int(fields[begin + 16:fields.find(b"\r", begin) if b"\r" in fields[begin:] else None])
        if len(self.unread) < head + 4 + length:
            return
        status, body = int(self.unread[9:12]), self.unread[head + 4:head + 4 + length]
        self.unread = self.unread[head + 4 + length:]
        if status != 200:
            self.counts[f"status {status}"] += 1
        self.replied(status, json.loads(body), b"connection: close" in fields)

    def ended(self):
        self.counts["ended"] += 1
        self.loop.after(random.random(), self.start)

    def replied(self, status, body, last):
        pass


class Publisher(Client):
    """Publishes numbered events to categories in turn, at a rate; each waits for its reply."""

    def __init__(self, loop, counts, categories, per_second):
        super().__init__(loop, counts)
        self.next = collections.Counter()
        self.categories, self.pause, self.turn = categories, 1 / per_second, 0

    def start(self):
        self.connect()
        self.publish()

    def publish(self):
        if not self.socket:
            return
        category = self.categories[self.turn % len(self.categories)]
        self.turn += 1
        self.next[category] += 1
        body = json.dumps({"category": category,
                           "data": {"n": self.next[category], "sent": time.monotonic()}})
        self.due = time.monotonic() + self.pause
        self.send(f"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}")

    def replied(self, status, body, last):
        self.counts["published"] += 1
        if last:
            self.close()
            return self.loop.after(max(0, self.due - time.monotonic()), self.start)
        self.loop.after(max(0, self.due - time.monotonic()), self.publish)


class Subscriber(Client):
    """Follows one category by its cursor, checks that nothing is missing, doubled or out of order."""

    def __init__(self, loop, counts, category, latencies):
        super().__init__(loop, counts)
        self.category, self.latencies, self.cursor, self.last = category, latencies, "", 0

    def start(self):
        self.connect()
        self.poll()

    def poll(self):
        since = f"&cursor={self.cursor}" if self.cursor else "&since_time=0"
        self.get(f"/events?category={self.category}&timeout={NORMAL_TIMEOUT}{since}")

    def replied(self, status, body, last):
        now = time.monotonic()
        for event in body.get("events", []):
            number = event["data"]["n"]
            if number != self.last + 1:
                self.counts["wrong order"] += 1
            self.last = number
            self.counts["delivered"] += 1
            self.latencies.append(now - event["data"]["sent"])
        self.counts["gaps"] += "gap" in body
        self.cursor = body.get("cursor", self.cursor)
        if last:
            self.close()
            return self.start()
        self.poll()


class Churner(Client):
    """Connects, parks and vanishes, by an end or a reset; made anew each time by whoever counts the rate."""

    def start(self):
        self.connect()
        self.get(f"/events?category=churn{random.randrange(1000)}&timeout=100")
        self.counts["churned"] += 1
        self.loop.after(random.random(), lambda: self.close(reset=random.random() < 0.5))

    def ended(self):
        pass


class Stalled(Client):
    """Asks for far more than its socket takes and never reads."""

    receive_bytes = 4096

    def start(self):
        self.connect()
        self.loop.poller.modify(self.socket, select.EPOLLHUP | select.EPOLLERR)
        self.get(f"/events?category={LARGE}&since_time=0")

    def readable(self):  # only errors come here
        self.close()
        self.ended()


class Dripper(Client):
    """Sends a header that never ends, a byte every two seconds."""

    def start(self):
        self.connect()
        self.send("GET /events?category=drip HTTP/1.1\r\nHost: localhost\r\nX: ")
        self.drip_later()

    def drip_later(self):
        own = self.socket
        self.loop.after(2, lambda: self.socket is own and self.drip())

    def drip(self):
        self.send("x")
        self.drip_later()

    def replied(self, status, body, last):
        self.close()
        self.ended()
