#include "net/tls_context.hh"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>
#include <new>
#include <utility>

#include "daemon/error.hh"
#include "net/tls_files.hh"
#include "net/tls_settings.hh"

namespace waymark::net {

using daemon::UsageError;

namespace {

constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// Keys that nobody can work out later, and ciphers that tell a changed byte; no others.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// The first one is safe from a quantum computer as well; OpenSSL has it from 3.5 on.
constexpr const char* kNewGroups = "X25519MLKEM768:X25519:P-256:P-384";
constexpr const char* kGroups = "X25519:P-256:P-384";
// Of a peer's certificate with its chain.
constexpr long kMostCertificateBytes = 64 * 1024;

void expect(bool is_done) {
    if (!is_done) throw std::runtime_error("OpenSSL: " + take_openssl_errors());
}

// Each name with its length before it (RFC 7301, section 3.1).
std::string protocol_list(const std::vector<std::string>& protocols) {
    std::string list;
    for (const std::string& protocol : protocols) {
        if (protocol.empty() || protocol.size() > 255)
            throw UsageError(
                fmt::format("a protocol's name has 1 to 255 bytes, not {}", protocol.size()));
        list += static_cast<char>(protocol.size());
        list += protocol;
    }
    return list;
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::shared_ptr<TlsSettings> basic_settings(const SSL_METHOD* method, TlsVersion least,
                                            const std::vector<std::string>& protocols) {
    const auto settings = std::make_shared<TlsSettings>();
    settings->protocols = protocol_list(protocols);
    settings->context.reset(SSL_CTX_new(method));
    SSL_CTX* const context = settings->context.get();
    expect(context != nullptr);
    const int version = least == TlsVersion::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    expect(SSL_CTX_set_min_proto_version(context, version) == 1);
    expect(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_clear_options(context, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                       SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    expect(SSL_CTX_set_ciphersuites(context, kCiphers13) == 1);
    expect(SSL_CTX_set_cipher_list(context, kCiphers12) == 1);
    const bool is_new = SSL_CTX_set1_groups_list(context, kNewGroups) == 1;
    expect(is_new || SSL_CTX_set1_groups_list(context, kGroups) == 1);
    ERR_clear_error();
    // A read ends after a message without data, so that we can count them.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    // Ten thousand idle connections hold no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    // One call for a record, not one for its head and one for its body.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_max_cert_list(context, kMostCertificateBytes);
    return settings;
}

// The server's order decides.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* settings) {
    const std::string& ours = static_cast<const TlsSettings*>(settings)->protocols;
    unsigned char* chosen = nullptr;
    const int result = SSL_select_next_proto(
        &chosen, size, bytes_of(ours), static_cast<unsigned>(ours.size()), offered, offered_size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Sessions are of this context alone: a ticket's keys are random and its own, and so is the name
// that a session must bear (SSL_CTX_set_session_id_context(3)).
void bind_sessions(SSL_CTX* context) {
    std::array<unsigned char, 16> name;
    expect(RAND_bytes(name.data(), static_cast<int>(name.size())) == 1);
    expect(SSL_CTX_set_session_id_context(context, name.data(), name.size()) == 1);
}

std::shared_ptr<const TlsSettings> server_settings(const TlsServerOptions& options,
                                                   bool refuses_expired) {
    std::shared_ptr<TlsSettings> settings =
        basic_settings(TLS_server_method(), options.least, options.protocols);
    settings->answer_to_http = options.answer_to_http;
    SSL_CTX* const context = settings->context.get();
    use_identity(context, options.identity, refuses_expired, settings->notes);
    bind_sessions(context);
    // Ours is the fastest first. A client that begins with ChaCha20 has no instructions for AES.
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    if (!settings->protocols.empty())
        SSL_CTX_set_alpn_select_cb(context, &choose_protocol, settings.get());
    if (options.client_authorities.empty()) {
        if (!options.revoked.empty())
            throw UsageError("a list of the revoked needs the file of the clients' authorities");
        return settings;
    }
    const bool is_required = options.client_certificate == ClientCertificate::required;
    SSL_CTX_set_verify(
        context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    SSL_CTX_set_verify_depth(context, options.most_between);
    use_authorities(context, options.client_authorities, true);
    if (options.revoked.empty()) return settings;
    use_revocation_lists(context, options.revoked, settings->notes);
    // A session that is resumed is not looked for in a list.
    expect(SSL_CTX_set_num_tickets(context, 0) == 1);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return settings;
}

std::shared_ptr<const TlsSettings> client_settings(const TlsClientOptions& options,
                                                   bool refuses_expired) {
    std::shared_ptr<TlsSettings> settings =
        basic_settings(TLS_client_method(), options.least, options.protocols);
    SSL_CTX* const context = settings->context.get();
    const TlsIdentity& identity = options.identity;
    if (!identity.chain_file.empty() || !identity.key_file.empty())
        use_identity(context, identity, refuses_expired, settings->notes);
    const std::string& protocols = settings->protocols;
    // Zero is success here.
    expect(SSL_CTX_set_alpn_protos(context, bytes_of(protocols),
                                   static_cast<unsigned>(protocols.size())) == 0);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (options.authorities.empty())
        expect(SSL_CTX_set_default_verify_paths(context) == 1);
    else
        use_authorities(context, options.authorities, false);
    return settings;
}

// What is freed stays in memory that is used again; a key must not.
void forget_texts(TlsIdentity& identity) {
    if (!identity.texts) return;
    OPENSSL_cleanse(identity.texts->key.data(), identity.texts->key.size());
    identity.texts.reset();
}

}  // namespace

TlsServerContext::TlsServerContext(TlsServerOptions options)
    : options_(std::move(options)), settings_(server_settings(options_, false)) {
    forget_texts(options_.identity);
}

std::shared_ptr<const TlsSettings> TlsServerContext::settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
}

std::unique_ptr<TlsSession> TlsServerContext::accept() const {
    return std::make_unique<TlsSession>(settings(), TlsSession::Side::server);
}

void TlsServerContext::reload() {
    std::unique_lock lock(mutex_);
    TlsServerOptions options = options_;
    lock.unlock();
    use(std::move(options));
}

void TlsServerContext::reload(TlsIdentity identity) {
    std::unique_lock lock(mutex_);
    TlsServerOptions options = options_;
    lock.unlock();
    options.identity = std::move(identity);
    use(std::move(options));
}

void TlsServerContext::use(TlsServerOptions options) {
    std::shared_ptr<const TlsSettings> fresh = server_settings(options, true);
    forget_texts(options.identity);
    const std::lock_guard lock(mutex_);
    settings_.swap(fresh);
    options_ = std::move(options);
}

std::vector<std::string> TlsServerContext::notes() const {
    return settings()->notes;
}

TlsClientContext::TlsClientContext(TlsClientOptions options)
    : options_(std::move(options)), settings_(client_settings(options_, false)) {
    forget_texts(options_.identity);
}

std::shared_ptr<const TlsSettings> TlsClientContext::settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
}

std::unique_ptr<TlsSession> TlsClientContext::connect(std::string_view server_name) const {
    return std::make_unique<TlsSession>(settings(), TlsSession::Side::client, server_name);
}

void TlsClientContext::reload() {
    std::shared_ptr<const TlsSettings> fresh = client_settings(options_, true);
    const std::lock_guard lock(mutex_);
    settings_.swap(fresh);
}

std::vector<std::string> TlsClientContext::notes() const {
    return settings()->notes;
}

}  // namespace waymark::net
