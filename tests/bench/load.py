"""Load: wrk for requests a second, and a small client of our own for idle crowds and latencies."""
import re
import resource
import socket
import subprocess
import time

FIX = ("GET /?id=bench{client}&lat=48.137154&lon=11.576124&timestamp={time}&speed=26.99&bearing=182.5"
       "&altitude=519.0&accuracy=5.0&batt=87.0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def wrk(port, seconds, connections=64, path="/", script=None, fields=(), scheme="http"):
    """Requests a second. Answers other than 2xx and 3xx are an error here: they would be cheap."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds:g}s"]
    command += ["-s", script] if script else []
    command += [word for field in fields for word in ("-H", field)]
    output = subprocess.run(command + [f"{scheme}://127.0.0.1:{port}{path}"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if wrong:
        raise RuntimeError(f"{wrong.group(1)} answers were not 2xx or 3xx:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection, request):
    """One exchange; the head of the answer. Bodies here fit into one read."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        if not piece:
            raise RuntimeError("the server closed the connection")
        answer += piece
    return answer


def p95_ms(port, requests, request_of):
    """The 95th percentile of one client's exchanges on one connection, in milliseconds."""
    times = []
    with connect(port) as connection:
        for i in range(requests):
            request = request_of(i)
            begin = time.perf_counter()
            ask(connection, request)
            times.append(time.perf_counter() - begin)
    times.sort()
    return 1000 * times[int(len(times) * 0.95)]


def allow_descriptors(count):
    """Raises this process's limit; its children inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    return min(count, hard)
