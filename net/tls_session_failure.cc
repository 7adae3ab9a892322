// Why a session failed (net/tls_session.hh): what the peer's certificate was refused for, what the
// wire said, what OpenSSL said, in this order.

#include <fmt/core.h>
#include <openssl/err.h>

#include <cerrno>
#include <new>
#include <utility>

#include "daemon/error.hh"
#include "net/openssl_owned.hh"
#include "net/tls_session.hh"
#include "net/tls_settings.hh"
#include "net/tls_wire.hh"

namespace waymark::net {

// For each certificate of the chain, and again for each error of it. The first error counts.
int TlsSession::verified(int is_good, X509_STORE_CTX* chain) {
    if (is_good == 1) return 1;
    const int result = X509_STORE_CTX_get_error(chain);
    // The list of who has issued an authority between: it may not be there (tls_files).
    if (result == X509_V_ERR_UNABLE_TO_GET_CRL && X509_STORE_CTX_get_error_depth(chain) > 0) {
        X509_STORE_CTX_set_error(chain, X509_V_OK);
        return 1;
    }
    const void* ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
    TlsSession* const self = TlsWire::session_of(static_cast<const SSL*>(ssl));
    if (self->verification_) return 0;
    try {
        X509* const current = X509_STORE_CTX_get_current_cert(chain);
        self->verification_ = failure_of_verification(
            result, current != nullptr ? current : X509_STORE_CTX_get0_cert(chain));
    } catch (const std::bad_alloc&) {
        self->verification_.cause = TlsCause::no_memory;
    }
    return 0;
}

int TlsSession::fail_again() const {
    errno = error_number_;
    return -1;
}

// Where there is no memory there is none for words, and nothing may be thrown: the one that is in
// the middle of this is the event loop.
int TlsSession::fail_for_memory() noexcept {
    failure_.cause = TlsCause::no_memory;
    failure_.words = "no memory";  // short enough to need none
    error_number_ = ENOMEM;
    return fail_again();
}

int TlsSession::fail(int ssl_error) noexcept {
    try {
        return tell_failure(ssl_error);
    } catch (const std::bad_alloc&) {
        return fail_for_memory();
    }
}

int TlsSession::tell_failure(int ssl_error) {
    const unsigned long error = take_last_error();
    if (wire_error_ != 0)
        return fail(wire_error_ == ENOMEM ? TlsCause::no_memory : TlsCause::connection_lost,
                    daemon::error_text(wire_error_), wire_error_);
    if (has_too_little_data_)
        return fail(TlsCause::too_much,
                    fmt::format("more than {} reads in a row without data", kMostWithoutData),
                    EPROTO);
    if (received_in_handshake_ > kMostInHandshake && !is_established_)
        return fail(TlsCause::too_much,
                    fmt::format("more than {} bytes in a handshake", kMostInHandshake), EPROTO);
    if (wire_has_ended_)
        return fail(TlsCause::truncated,
                    is_established_ ? "the connection ended without close_notify"
                                    : "the peer left in the middle of the handshake",
                    EPROTO);
    if (verification_) return fail(verification_.cause, verification_.words, EPROTO);
    TlsFailure failure = failure_of_error(ssl_error == SSL_ERROR_SSL ? error : 0);
    if (ssl_error == SSL_ERROR_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST)
        unsent_ += settings_->answer_to_http;  // goes out with the failure, as an alert would
    return fail(failure.cause, std::move(failure.words),
                failure.cause == TlsCause::no_memory ? ENOMEM : EPROTO);
}

int TlsSession::fail(TlsCause cause, std::string words, int error_number) {
    failure_ = {cause, std::move(words)};
    error_number_ = error_number;
    errno = error_number;
    return -1;
}

}  // namespace waymark::net
