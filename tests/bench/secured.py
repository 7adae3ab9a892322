"""TLS for the bench: a certificate, what nginx is told, and whether two servers agree with a client on the same.

An older nginx speaks TLS 1.2 at most if it is told nothing, and wrk goes on with the session of its last connection:
a handshake of 1.2 with a ticket costs a third of one of 1.3, which agrees on new keys each time. With the ciphers of
1.3 the client's order counts there, which begins with AES-256; httpd's own begins with AES-128, which costs less. Figures
of such a pair say nothing of the servers, so nginx is told httpd's terms.
"""
import os
import socket
import ssl
import subprocess

NGINX = ("ssl_certificate {}; ssl_certificate_key {}; ssl_protocols TLSv1.3; ssl_prefer_server_ciphers on; "
         "ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384;")
REQUEST = b"GET /1k.html HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def make_identity(folder):
    """(certificate, key), of the curve P-256."""
    files = os.path.join(folder, "server.pem"), os.path.join(folder, "server.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=127.0.0.1", "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    os.chmod(files[1], 0o600)
    return files


def terms_of(port):
    """(version, whether a second connection goes on with the session of the first, cipher) for a client of OpenSSL's defaults."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    session = None
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
            with context.wrap_socket(plain, session=session) as connection:
                connection.sendall(REQUEST)
                while connection.recv(65536):
                    pass  # tickets come before the answer's end
                session = connection.session
                terms = connection.version(), connection.session_reused, connection.cipher()[0]
    return terms


def expect_alike(terms):
    if len(set(terms)) > 1:
        raise RuntimeError(f"the servers speak differently: {sorted(set(terms))}")
    for version, goes_on, cipher in terms[:1]:
        print(f"  both: {version}, {cipher}, {'' if goes_on else 'not '}gone on with by a ticket")
