"""Who a server believes to be asked by, from addresses that are not its own."""
import http.client
import json
import os
import pathlib
import ssl
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from checks import check, has_failed  # noqa: E402

PASSWORD = os.environ["WARD_PASSWORD"]
SERVER = urllib.parse.urlsplit(os.environ["PROXY_SERVER"])
IS_IP6 = ":" in SERVER.hostname
FAMILY = "IPv6" if IS_IP6 else "IPv4"
PROXY, OTHER = (("fd00:9:5::5", "fd00:9:6::6") if IS_IP6
                else ("10.9.0.5", "10.9.0.6"))
TRIES = 20  # that lock an address
CONTEXT = ssl._create_unverified_context()


def connect(source):
    return http.client.HTTPSConnection(
        SERVER.hostname, SERVER.port, timeout=60, context=CONTEXT,
        source_address=(source, 0))


# What the server says to a sign-in from there.
def sign_in(source, client, name, password):
    connection = connect(source)
    connection.request(
        "POST", "/api/v1/sessions",
        json.dumps({"name": name, "password": password}).encode(),
        {"Content-Type": "application/json", "X-Forwarded-For": client,
         "X-Forwarded-Proto": "https"})
    status = connection.getresponse().status
    connection.close()
    return status


def guess(source, client_of):
    return [sign_in(source, client_of(i), f"guess{source[-1]}{i}", "wrong")
            for i in range(TRIES)]


def client(i):
    return f"2001:db8:{i}::7" if IS_IP6 else f"203.0.113.{i}"


guess(PROXY, lambda i: client(7))
check(f"{FAMILY}: twenty wrong tries lock the client behind the proxy",
      sign_in(PROXY, client(7), "an", PASSWORD) == 429)
check(f"{FAMILY}: and neither the proxy nor another client",
      sign_in(PROXY, client(8), "an", PASSWORD) == 201)
guess(OTHER, lambda i: client(100 + i))
check(f"{FAMILY}: who is no proxy is counted itself, whoever it says it is",
      sign_in(OTHER, client(200), "an", PASSWORD) == 429)
check(f"{FAMILY}: and locks nobody whose address it gave",
      sign_in(PROXY, client(100), "an", PASSWORD) == 201)


# How many of nine connections are answered at once.
def count_open(source):
    open_ones, answered = [], 0
    for _ in range(9):
        connection = connect(source)
        open_ones.append(connection)
        try:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            response.read()
            answered += response.status == 200
        except (OSError, http.client.HTTPException):
            pass
    for connection in open_ones:
        connection.close()
    return answered


check(f"{FAMILY}: a proxy has more connections than an address may",
      count_open(PROXY) == 9)
others = count_open(OTHER)
check(f"{FAMILY}: another address has its share", others == 4, others)
sys.exit(has_failed())
