#include "net/tls_failure.hh"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "net/tls_peer.hh"

namespace waymark::net {

namespace {

std::string reason_of(unsigned long error) {
    if (ERR_SYSTEM_ERROR(error)) return fmt::format("system error {}", ERR_GET_REASON(error));
    const char* reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : fmt::format("error {:08x}", error);
}

TlsCause cause_of_reason(int reason) {
    switch (reason) {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return TlsCause::no_certificate;
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_NO_PROTOCOLS_AVAILABLE:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_WRONG_SSL_VERSION:
        case SSL_R_INAPPROPRIATE_FALLBACK:
            return TlsCause::no_common_version;
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return TlsCause::no_common_protocol;
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
            return TlsCause::not_tls;
        case SSL_R_EXCESSIVE_MESSAGE_SIZE:
            return TlsCause::too_much;
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return TlsCause::truncated;
        case ERR_R_MALLOC_FAILURE:
            return TlsCause::no_memory;
        default:
            // Above it are the alerts that a peer has sent (ssl.h).
            return reason >= SSL_AD_REASON_OFFSET ? TlsCause::refused_by_peer
                                                  : TlsCause::broken_protocol;
    }
}

std::string words_of(TlsCause cause, const std::string& reason) {
    switch (cause) {
        case TlsCause::no_certificate:
            return "the peer sent no certificate";
        case TlsCause::no_common_version:
            return fmt::format("no version of TLS that both sides speak ({})", reason);
        case TlsCause::no_common_protocol:
            return "no protocol that both sides offer (ALPN)";
        case TlsCause::not_tls:
            return fmt::format("what came is not TLS ({})", reason);
        case TlsCause::refused_by_peer:
            return fmt::format("the peer refused: {}", reason);
        case TlsCause::no_memory:
            return "no memory";
        default:
            return reason;
    }
}

std::string date_of(const ASN1_TIME* time) {
    tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? fmt::format("{:%Y-%m-%d %H:%M UTC}", parts)
                                              : std::string("an unknown time");
}

std::string words_of_list(int result) {
    if (result == X509_V_ERR_CRL_HAS_EXPIRED)
        return "its authority's list of the revoked is too old here; get a new one";
    if (result == X509_V_ERR_UNABLE_TO_GET_CRL)
        return "no list of the revoked is here of its authority";
    return X509_verify_cert_error_string(result);
}

// Goes on after "certificate of CN=anna".
std::string words_of_verification(int result, const X509* certificate) {
    switch (cause_of_verification(result)) {
        case TlsCause::other_authority:
            return "issued by no authority trusted here";
        case TlsCause::self_signed:
            return "signed by itself and not by an authority";
        case TlsCause::expired:
            return "expired on " + date_of(X509_get0_notAfter(certificate));
        case TlsCause::not_yet_valid:
            return "not valid before " + date_of(X509_get0_notBefore(certificate));
        case TlsCause::revoked:
            return "revoked by its authority";
        case TlsCause::wrong_purpose:
            return "made for another purpose (extendedKeyUsage)";
        case TlsCause::wrong_name:
            return "not of the name or address that was asked for";
        case TlsCause::chain_too_long:
            return "too many authorities between it and one that is trusted";
        case TlsCause::revocation_list:
            return words_of_list(result);
        default:
            return X509_verify_cert_error_string(result);
    }
}

}  // namespace

TlsFailure failure_of_verification(int result, X509* certificate) {
    const TlsCause cause = cause_of_verification(result);
    if (certificate == nullptr) return {cause, X509_verify_cert_error_string(result)};
    return {cause, fmt::format("certificate of {}: {}", subject_of(certificate),
                               words_of_verification(result, certificate))};
}

TlsCause cause_of_verification(int result) {
    switch (result) {
        case X509_V_OK:
            return TlsCause::none;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED:
        case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
        case X509_V_ERR_AKID_SKID_MISMATCH:
        case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return TlsCause::other_authority;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return TlsCause::self_signed;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return TlsCause::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return TlsCause::not_yet_valid;
        case X509_V_ERR_CERT_REVOKED:
            return TlsCause::revoked;
        case X509_V_ERR_INVALID_PURPOSE:
        case X509_V_ERR_CERT_REJECTED:
        case X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE:
            return TlsCause::wrong_purpose;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return TlsCause::wrong_name;
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
            return TlsCause::chain_too_long;
        case X509_V_ERR_UNABLE_TO_GET_CRL:
        case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
        case X509_V_ERR_CRL_SIGNATURE_FAILURE:
        case X509_V_ERR_CRL_NOT_YET_VALID:
        case X509_V_ERR_CRL_HAS_EXPIRED:
        case X509_V_ERR_DIFFERENT_CRL_SCOPE:
            return TlsCause::revocation_list;
        case X509_V_ERR_OUT_OF_MEM:
            return TlsCause::no_memory;
        default:
            return TlsCause::unusable;
    }
}

// Over the reason of a record that is refused OpenSSL 3.2 and later put this; 3.0 has no name for
// it.
constexpr int kRecordLayerFailure = 313;

unsigned long take_last_error() {
    unsigned long last = 0;
    while (const unsigned long error = ERR_get_error()) {
        const bool says_nothing =
            ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == kRecordLayerFailure;
        if (last == 0 || !says_nothing) last = error;
    }
    return last;
}

TlsFailure failure_of_error(unsigned long error) {
    if (error == 0) return {TlsCause::broken_protocol, "unknown reason"};
    const TlsCause cause = ERR_SYSTEM_ERROR(error) ? TlsCause::connection_lost
                                                   : cause_of_reason(ERR_GET_REASON(error));
    return {cause, words_of(cause, reason_of(error))};
}

std::string take_openssl_errors() {
    const unsigned long error = take_last_error();
    return error == 0 ? "unknown reason" : reason_of(error);
}

std::string printable(std::string_view text, std::size_t most) {
    constexpr std::string_view kCut = "...";
    std::string line;
    std::size_t whole_letters = 0;  // behind which there is room for the dots
    for (const char letter : text) {
        if (line.size() + kCut.size() <= most) whole_letters = line.size();
        if (letter >= ' ' && letter <= '~')
            line += letter;
        else
            line += fmt::format("\\x{:02x}", static_cast<unsigned char>(letter));
        if (line.size() > most) return line.substr(0, whole_letters).append(kCut.substr(0, most));
    }
    return line;
}

}  // namespace waymark::net
