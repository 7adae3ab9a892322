#include "net/tls_wire.hh"

#include <cerrno>
#include <new>

namespace waymark::net {

TlsSession& TlsWire::session_of(BIO* bio) {
    return *static_cast<TlsSession*>(BIO_get_data(bio));
}

TlsSession* TlsWire::session_of(const SSL* ssl) {
    return &session_of(SSL_get_rbio(ssl));
}

int TlsWire::receive(BIO* bio, char* into, int size) {
    TlsSession& session = session_of(bio);
    BIO_clear_retry_flags(bio);
    if (session.received_in_handshake_ > TlsSession::kMostInHandshake && !session.is_established_)
        return -1;
    const ssize_t got = session.wire_->receive(std::span(into, static_cast<std::size_t>(size)));
    if (got > 0) {
        if (!session.is_established_)
            session.received_in_handshake_ += static_cast<std::size_t>(got);
    } else if (got == 0) {
        session.wire_has_ended_ = true;
    } else if (errno == EAGAIN) {
        session.wire_is_empty_ = true;
        BIO_set_retry_read(bio);
    } else {
        session.wire_error_ = errno;
    }
    return static_cast<int>(got);
}

// Takes all; who called OpenSSL sends it then.
int TlsWire::send(BIO* bio, const char* bytes, int size) {
    TlsSession& session = session_of(bio);
    BIO_clear_retry_flags(bio);
    try {
        session.unsent_.append(bytes, static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        session.wire_error_ = ENOMEM;
        return -1;
    }
    return size;
}

long TlsWire::control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return session_of(bio).wire_has_ended_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* TlsWire::method() {
    static const BIO_METHOD* const made = [] {
        BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
        if (fresh == nullptr) throw std::bad_alloc();
        BIO_meth_set_read(fresh, &TlsWire::receive);
        BIO_meth_set_write(fresh, &TlsWire::send);
        BIO_meth_set_ctrl(fresh, &TlsWire::control);
        return fresh;
    }();
    return made;
}

bool TlsWire::attach(TlsSession& session) {
    BIO* const bio = BIO_new(method());
    if (bio == nullptr) return false;
    BIO_set_data(bio, &session);
    BIO_set_init(bio, 1);
    SSL_set_bio(session.ssl_.get(), bio, bio);
    return true;
}

}  // namespace waymark::net
