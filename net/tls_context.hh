// What the sessions of one server, or of one client, have in common: certificate and key, whom they
// trust, which versions and ciphers they speak.
//
//     TlsServerContext tls({.identity = {"server.pem", "server.key"}});
//     TlsStream stream(loop, std::move(socket), tls.accept());
//     const Transfer secured = co_await stream.handshake(deadline);
//     if (secured.outcome != Outcome::done) co_return log(stream.reason().words);
//
// TLS 1.3 alone, or 1.2 as well with forward secrecy and authenticated encryption only; nothing
// older, no compression, no renegotiation, no early data, no keys or signatures below 112 bits
// (SSL_CTX_set_security_level(3), level 2). What the system's openssl.cnf says of these does not
// count. Of the ciphers that both speak a server takes AES with 128 bits first, and ChaCha20 where
// that is the client's first.
//
// All files are PEM and at most 1 MiB. What is wrong with one is a UsageError that names it and the
// cure. reload() reads all of them again: the new ones are used from the next session on, or, if
// anything is wrong with them, none is. Sessions that have begun go on as they are, but none of the
// time before is resumed after a reload: its ticket may be of a client whose authority was removed.
//
// May be used from several threads. After fork(2) parent and child go on with the same ticket keys
// until one reloads.

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/tls_session.hh"

namespace waymark::net {

enum class TlsVersion : std::uint8_t { tls12, tls13 };

// What is in the two files of an identity. Cleared from memory by the context that has used it.
struct TlsTexts {
    std::string chain;
    std::string key;
};

struct TlsIdentity {
    std::string chain_file;  // the certificate first, then those between it and the authority
    std::string key_file;    // not encrypted, and readable by its owner and group only
    // Where a process may not open them, and another one has: then the names are only for messages.
    std::optional<TlsTexts> texts = {};
};

enum class ClientCertificate : std::uint8_t {
    requested,  // who has none is served as well; one that is not good is refused
    required,
};

struct TlsServerOptions {
    TlsIdentity identity;
    // Whose clients are served. Empty: clients are not asked who they are.
    std::string client_authorities = {};
    ClientCertificate client_certificate = ClientCertificate::required;
    // The authorities' lists of what they have revoked (CRL, RFC 5280, section 5); empty: none is
    // looked at. With it, a client whose authority has no valid list in it is refused, also when a
    // list gets too old while it is in use, and no session is resumed. A list that is too old when
    // it is read is an error. An authority between needs no list; one that is in a list is refused.
    std::string revoked = {};
    // Authorities that may stand between a client's certificate and one of ours.
    int most_between = 4;
    // For ALPN (RFC 7301), the best one first. A client that offers none of them is refused, one
    // that offers nothing is not.
    std::vector<std::string> protocols = {};
    TlsVersion least = TlsVersion::tls13;
    // What a client gets that speaks HTTP without TLS (GET, HEAD, POST or PUT), as it goes on the
    // wire. Empty: its connection is closed without a word.
    std::string answer_to_http = {};
};

struct TlsClientOptions {
    // Whose servers are believed. Empty: those that the system trusts.
    std::string authorities = {};
    // Who we are, for a server that asks. Empty: nobody.
    TlsIdentity identity = {};
    std::vector<std::string> protocols = {};
    TlsVersion least = TlsVersion::tls13;
};

class TlsServerContext {
  public:
    // Throws UsageError for options and files, std::bad_alloc.
    explicit TlsServerContext(TlsServerOptions options);

    // A session for the next connection; it keeps what it needs.
    std::unique_ptr<TlsSession> accept() const;

    // As the constructor, and then nothing has changed. An expired certificate is refused here; the
    // constructor takes it, with a note: a server that does not start helps nobody.
    void reload();
    // The same with another identity, which is that of the context from then on.
    void reload(TlsIdentity identity);

    // What a person should know of the files in use, a line each: that our certificate has expired,
    // or does so within 14 days, as a list of the revoked may.
    std::vector<std::string> notes() const;

  private:
    std::shared_ptr<const TlsSettings> settings() const;
    void use(TlsServerOptions options);

    TlsServerOptions options_;
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsSettings> settings_;
};

class TlsClientContext {
  public:
    explicit TlsClientContext(TlsClientOptions options = {});

    // A session with the server of this name or IP address: its certificate must be of it
    // (net/tls_server_name). Throws UsageError for what is neither.
    std::unique_ptr<TlsSession> connect(std::string_view server_name) const;

    void reload();
    std::vector<std::string> notes() const;

  private:
    std::shared_ptr<const TlsSettings> settings() const;

    TlsClientOptions options_;
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsSettings> settings_;
};

}  // namespace waymark::net
