#include "net/tls_session.hh"

#include <fmt/core.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <new>
#include <utility>

#include "net/openssl_owned.hh"
#include "net/tls_server_name.hh"
#include "net/tls_settings.hh"
#include "net/tls_wire.hh"

namespace waymark::net {

namespace {

// What one record holds (RFC 8446, section 5.1), and what is encrypted before it is sent: a send of
// each record would cost four times as many calls.
constexpr std::size_t kRecord = 16 * 1024;
constexpr std::size_t kMostAtOnce = 4 * kRecord;
// What was needed for a large answer is given back.
constexpr std::size_t kKeptUnsent = 1024;

}  // namespace

class TlsSession::OnWire {
  public:
    OnWire(TlsSession& session, Wire& wire) : session_(session) {
        session_.wire_ = &wire;
        session_.wire_is_empty_ = false;
        // What another connection of this thread left there would be taken for ours.
        ERR_clear_error();
    }
    OnWire(const OnWire&) = delete;
    OnWire& operator=(const OnWire&) = delete;
    ~OnWire() { session_.wire_ = nullptr; }

  private:
    TlsSession& session_;
};

void TlsSession::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

TlsSession::TlsSession(std::shared_ptr<const TlsSettings> settings, Side side,
                       std::string_view server_name)
    : settings_(std::move(settings)), ssl_(SSL_new(settings_->context.get())) {
    if (!ssl_ || !TlsWire::attach(*this)) throw std::bad_alloc();
    SSL_set_verify(ssl_.get(), SSL_get_verify_mode(ssl_.get()), &TlsSession::verified);
    if (side == Side::server) {
        SSL_set_accept_state(ssl_.get());
    } else {
        SSL_set_connect_state(ssl_.get());
        expect_server_name(ssl_.get(), server_name);
    }
}

TlsSession::~TlsSession() = default;

int TlsSession::shake_hands(Wire& wire) {
    const OnWire on_wire(*this, wire);
    if (failure_) return fail_again();
    if (!is_established_) {
        int result = -1;
        try {
            result = continue_handshake();
        } catch (const std::bad_alloc&) {
            fail_for_memory();
        }
        // An alert is sent if it can be: the peer should know.
        if (result != 1) {
            const int error_number = errno;
            flush_unsent();
            errno = error_number;
            return result;
        }
    }
    if (has_only_tickets_unsent()) {
        is_kept_ = true;
        return 1;
    }
    return flush_unsent() == -1 && errno == EAGAIN ? -1 : 1;
}

// No peer waits for a ticket: the first answer takes them along, or a read that gives nothing. In
// 1.2 they stand before a message that the client does wait for.
bool TlsSession::has_only_tickets_unsent() const {
    return SSL_is_server(ssl_.get()) == 1 && SSL_version(ssl_.get()) == TLS1_3_VERSION;
}

int TlsSession::continue_handshake() {
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) {
        const int error = SSL_get_error(ssl_.get(), result);
        const bool is_to_wait = error == SSL_ERROR_WANT_READ && wire_is_empty_;
        return is_to_wait ? again() : fail(error);
    }
    const Owned<X509> certificate(SSL_get1_peer_certificate(ssl_.get()));
    if (certificate && !is_still_valid())
        return fail(TlsCause::expired,
                    fmt::format("certificate of {}: has expired since its session began",
                                subject_of(certificate.get())),
                    EPROTO);
    if (certificate) peer_ = read_peer(certificate.get());
    is_established_ = true;
    return 1;
}

// A session that goes on is not verified again, and may be older than its certificate.
bool TlsSession::is_still_valid() const {
    if (!was_resumed()) return true;
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    return X509_cmp_current_time(X509_get0_notAfter(certificate)) == 1;
}

ssize_t TlsSession::receive(Wire& wire, std::span<char> buffer) {
    return read(wire, buffer, false);
}

bool TlsSession::is_readable(Wire& wire) {
    char byte = 0;
    return read(wire, std::span(&byte, 1), true) != -1 || errno != EAGAIN;
}

ssize_t TlsSession::read(Wire& wire, std::span<char> buffer, bool peeks) {
    assert(!buffer.empty());
    const OnWire on_wire(*this, wire);
    const auto function = peeks ? &SSL_peek_ex : &SSL_read_ex;
    while (!has_ended_ && !failure_) {
        std::size_t count = 0;
        const int result = function(ssl_.get(), buffer.data(), buffer.size(), &count);
        if (result != 1) is_kept_ = false;
        if (has_unsent()) flush_unsent();
        if (result == 1) {
            without_data_ = 0;
            return static_cast<ssize_t>(count);
        }
        const int error = SSL_get_error(ssl_.get(), result);
        if (error == SSL_ERROR_ZERO_RETURN) {
            has_ended_ = true;
        } else if (error != SSL_ERROR_WANT_READ) {
            fail(error);
            flush_unsent();
        } else if (wire_is_empty_) {
            return again();
        } else if (++without_data_ > kMostWithoutData) {
            has_too_little_data_ = true;
            fail(error);
        }
    }
    return has_ended_ || was_cut() ? 0 : fail_again();
}

ssize_t TlsSession::send(Wire& wire, std::span<const iovec> pieces, Follows follows) {
    const OnWire on_wire(*this, wire);
    if (failure_) return fail_again();
    if (has_unsent() && flush_unsent() == -1) return -1;
    const ssize_t taken = encrypt(pieces);
    if (taken == -1) return -1;
    is_kept_ = follows != Follows::nothing && unsent_.size() <= kMostAtOnce;
    if (has_unsent() && flush_unsent() == -1 && errno != EAGAIN) return -1;
    return taken;
}

// Records of full size, across the limits of pieces: a head and its body are one.
ssize_t TlsSession::encrypt(std::span<const iovec> pieces) {
    std::array<char, kRecord> gathered;
    std::size_t size = 0;
    std::size_t taken = 0;
    const auto close_record = [&] {
        const bool done = size == 0 || encrypt_record({gathered.data(), size});
        size = 0;
        return done;
    };
    for (const iovec& piece : pieces) {
        std::string_view left(static_cast<const char*>(piece.iov_base), piece.iov_len);
        while (!left.empty() && taken < kMostAtOnce) {
            if (size == 0 && left.size() >= kRecord) {
                if (!encrypt_record(left.substr(0, kRecord))) return -1;
                left.remove_prefix(kRecord);
                taken += kRecord;
                continue;
            }
            const std::size_t count = std::min({left.size(), kRecord - size, kMostAtOnce - taken});
            std::copy_n(left.data(), count, gathered.data() + size);
            left.remove_prefix(count);
            size += count;
            taken += count;
            if (size == kRecord && !close_record()) return -1;
        }
    }
    return close_record() ? static_cast<ssize_t>(taken) : -1;
}

bool TlsSession::encrypt_record(std::string_view bytes) {
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    if (result == 1 && count == bytes.size()) return true;
    fail(result == 1 ? SSL_ERROR_SSL : SSL_get_error(ssl_.get(), result));
    return false;
}

int TlsSession::flush(Wire& wire) {
    const OnWire on_wire(*this, wire);
    return flush_unsent();
}

int TlsSession::flush_unsent() {
    is_kept_ = false;
    while (has_unsent()) {
        const ssize_t put = wire_->send(std::string_view(unsent_).substr(unsent_begin_));
        if (put == -1) return -1;
        unsent_begin_ += static_cast<std::size_t>(put);
        sent_ += static_cast<std::uint64_t>(put);
    }
    unsent_begin_ = 0;
    unsent_.clear();
    if (unsent_.capacity() > kKeptUnsent) unsent_ = std::string();
    return 0;
}

void TlsSession::end(Wire& wire) {
    const OnWire on_wire(*this, wire);
    if (!is_established_ || failure_) return;
    if ((SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    flush_unsent();
}

int TlsSession::again() const {
    errno = EAGAIN;
    return -1;
}

std::string_view TlsSession::version() const {
    return SSL_get_version(ssl_.get());
}

std::string_view TlsSession::cipher() const {
    return SSL_get_cipher_name(ssl_.get());
}

std::string_view TlsSession::protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

bool TlsSession::was_resumed() const {
    return SSL_session_reused(ssl_.get()) == 1;
}

}  // namespace waymark::net
