// OpenSSL's way from a session to its wire: a BIO of our own (BIO_meth_new(3)). OpenSSL's own one
// for sockets writes with write(2), which raises SIGPIPE, and for memory copies each byte twice.
// This one reads straight from the wire and gathers what is to be sent. For sources: heavy headers.

#pragma once

#include "net/openssl_owned.hh"
#include "net/tls_session.hh"

namespace waymark::net {

struct TlsWire {
    // False without memory.
    static bool attach(TlsSession& session);
    static TlsSession* session_of(const SSL* ssl);

  private:
    static int receive(BIO* bio, char* into, int size);
    static int send(BIO* bio, const char* bytes, int size);
    static long control(BIO* bio, int command, long number, void* pointer);
    static const BIO_METHOD* method();
    static TlsSession& session_of(BIO* bio);
};

}  // namespace waymark::net
