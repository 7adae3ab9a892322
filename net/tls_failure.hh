// Why a secured connection failed, in words for a log and as a cause for a program. OpenSSL says
// "certificate verify failed" of a client without a certificate, with one of another authority and
// with one that has expired; whoever reads the log must know which, and whose certificate it was.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct x509_st;

namespace waymark::net {

enum class TlsCause : std::uint8_t {
    none,
    // The peer's certificate:
    no_certificate,
    other_authority,  // nobody whom we trust has issued it
    self_signed,
    expired,
    not_yet_valid,
    revoked,
    wrong_purpose,   // a server's where a client's is due, or the other way round
    wrong_name,      // it is not the server that was asked for
    chain_too_long,  // too many authorities between it and the one that we trust
    unusable,        // all else: a signature that does not fit, a weak key, an odd extension
    // Ours, or the check itself:
    revocation_list,  // the list of the revoked is too old, or not of this authority
    refused_by_peer,  // by an alert (RFC 8446, section 6): the words say which
    // The conversation:
    no_common_version,
    no_common_protocol,  // of those for ALPN
    not_tls,             // what came is something else
    too_much,            // more than a handshake, or a pause between data, can need
    truncated,           // the connection ended, and the peer had not said that it would
    connection_lost,     // reset, or the system's error
    no_memory,
    broken_protocol,  // all else
};

struct TlsFailure {
    TlsCause cause = TlsCause::none;
    std::string words;  // printable ASCII, without a line end

    explicit operator bool() const { return cause != TlsCause::none; }
};

// What a verification's result (an X509_V_ERR_... of x509_vfy.h) means, and of which certificate of
// the chain; null if it is of none.
TlsCause cause_of_verification(int result);
TlsFailure failure_of_verification(int result, x509_st* certificate);

// The last entry of OpenSSL's error queue that says a reason, whatever the record layer puts over
// it; 0 if there is none. The queue is empty afterwards.
unsigned long take_last_error();

// `error` is an entry of OpenSSL's error queue, and not of a verification. The words name the
// reason as OpenSSL does where we have no better ones.
TlsFailure failure_of_error(unsigned long error);

// The last reason in OpenSSL's error queue, which is empty afterwards. For errors that are ours:
// files, options. "unknown reason" if there is none.
std::string take_openssl_errors();

// What a peer may have chosen, as one line of printable ASCII: the rest as \x1b. At most `most`
// bytes, with "..." if that cuts it.
std::string printable(std::string_view text, std::size_t most = 200);

}  // namespace waymark::net
