// One side of one secured connection (RFC 8446), by OpenSSL, as a layer of a stream: bytes in,
// bytes out. It has no socket and no clock in it; net/tls_stream puts it on an event loop,
// net/tls_socket under a thread that waits. Made by a context (net/tls_context).
//
// A peer is hostile before it has proven to be somebody, and after. So there is a bound on what it
// may send in a handshake, and on the messages without data that may follow one another: each costs
// us work, and a request to change keys an answer as well. An end of the connection is not the end
// of the stream: anybody on the way can cut it. Only the peer's close_notify is (section 6.1).

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/stream_layer.hh"
#include "net/tls_failure.hh"
#include "net/tls_peer.hh"

struct bio_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace waymark::net {

struct TlsSettings;  // net/tls_settings: what a context and its sessions share

class TlsSession final : public StreamLayer {
  public:
    // What a peer may send until the handshake is done, and how many reads in a row may give no
    // data after it: a message about keys or tickets makes one or two of them.
    static constexpr std::size_t kMostInHandshake = 128 * 1024;
    static constexpr int kMostWithoutData = 64;

    enum class Side : std::uint8_t { server, client };

    // For contexts. `server_name` is whom a client asks for, a name or an IP address; the peer's
    // certificate must be of it. Throws std::bad_alloc, and UsageError for a name that cannot be
    // one.
    TlsSession(std::shared_ptr<const TlsSettings> settings, Side side,
               std::string_view server_name = {});
    ~TlsSession() override;

    int shake_hands(Wire& wire) override;
    bool is_established() const override { return is_established_; }
    ssize_t receive(Wire& wire, std::span<char> buffer) override;
    bool is_readable(Wire& wire) override;
    bool was_cut() const override { return failure_.cause == TlsCause::truncated; }
    ssize_t send(Wire& wire, std::span<const iovec> pieces, Follows follows) override;
    int flush(Wire& wire) override;
    bool has_unsent() const override { return !is_kept_ && unsent_begin_ < unsent_.size(); }
    std::uint64_t sent() const override { return sent_; }
    // close_notify; nothing before the handshake or after a failure.
    void end(Wire& wire) override;
    std::string failure() const override { return failure_.words; }
    // Null before the handshake is done, and of a client without a certificate.
    const TlsPeer* peer() const override { return peer_ ? &*peer_ : nullptr; }

    // The same as failure(), for programs. In TLS 1.3 a client's handshake is done before the
    // server has looked at its certificate: "refused by the peer" comes with the first read.
    const TlsFailure& reason() const { return failure_; }

    // After the handshake: "TLSv1.3"; "TLS_AES_128_GCM_SHA256"; what was agreed by ALPN (RFC 7301),
    // empty if nothing was; whether a session from before went on (section 2.2).
    std::string_view version() const;
    std::string_view cipher() const;
    std::string_view protocol() const;
    bool was_resumed() const;

    // For net/tls_client_test and the like: OpenSSL's object, which stays the session's.
    ssl_st* native() const { return ssl_.get(); }

  private:
    friend struct TlsWire;  // OpenSSL's way to the wire

    struct Free {
        void operator()(ssl_st* ssl) const;
    };

    // While it exists the session's wire is this one.
    class OnWire;

    int continue_handshake();
    bool is_still_valid() const;
    ssize_t read(Wire& wire, std::span<char> buffer, bool peeks);
    bool may_go_on_reading();
    ssize_t encrypt(std::span<const iovec> pieces);
    bool encrypt_record(std::string_view bytes);
    bool has_only_tickets_unsent() const;
    int flush_unsent();
    // -1, errno set. What OpenSSL said in its last call of this thread, or the words given.
    int fail(int ssl_error) noexcept;
    int tell_failure(int ssl_error);
    int fail_for_memory() noexcept;
    int fail(TlsCause cause, std::string words, int error_number);
    int fail_again() const;
    int again() const;

    static int verified(int is_good, x509_store_ctx_st* chain);

    std::shared_ptr<const TlsSettings> settings_;
    std::unique_ptr<ssl_st, Free> ssl_;
    Wire* wire_ = nullptr;
    bool is_established_ = false;
    bool wire_is_empty_ = false;  // it said EAGAIN in this call
    bool wire_has_ended_ = false;
    bool has_ended_ = false;  // by close_notify
    bool has_too_little_data_ = false;
    int wire_error_ = 0;
    int error_number_ = 0;  // of the failure
    int without_data_ = 0;
    std::size_t received_in_handshake_ = 0;
    std::string unsent_;
    std::size_t unsent_begin_ = 0;
    bool is_kept_ = false;  // what is unsent waits for what follows it
    std::uint64_t sent_ = 0;
    std::optional<TlsPeer> peer_;
    TlsFailure failure_;
    TlsFailure verification_;  // what was wrong with the peer's certificate
};

}  // namespace waymark::net
