#include "net/tls_peer.hh"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <new>
#include <optional>
#include <span>

#include "net/address.hh"
#include "net/control_characters.hh"
#include "net/openssl_owned.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

namespace {

struct FreeText {
    void operator()(void* text) const { OPENSSL_free(text); }
};

std::string text_of(const X509_NAME* name) {
    const Owned<BIO> memory(BIO_new(BIO_s_mem()));
    if (!memory || name == nullptr) throw std::bad_alloc();
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
    std::string digits;
    for (const unsigned char byte : bytes) digits += fmt::format("{:02x}", byte);
    return digits;
}

std::string common_name_of(const X509_NAME* name) {
    int last = -1;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
    if (last == -1) return {};
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (size < 0) return {};
    const std::unique_ptr<unsigned char, FreeText> owner(utf8);
    const std::string text(utf8, utf8 + size);
    return has_control_characters(text) ? std::string() : text;
}

std::optional<std::string> plain_text(const ASN1_STRING* text) {
    const unsigned char* bytes = ASN1_STRING_get0_data(text);
    const std::string value(bytes, bytes + ASN1_STRING_length(text));
    const bool is_plain =
        !value.empty() && std::all_of(value.begin(), value.end(),
                                      [](char letter) { return letter > ' ' && letter <= '~'; });
    return is_plain ? std::optional(value) : std::nullopt;
}

void add_name(TlsPeer& peer, const GENERAL_NAME* name) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(name, &type);
    const ASN1_STRING* string = static_cast<const ASN1_STRING*>(value);
    if (type == GEN_IPADD) {
        const int size = ASN1_STRING_length(string);
        if (size != 4 && size != 16) return;
        const std::span bytes(ASN1_STRING_get0_data(string), static_cast<std::size_t>(size));
        peer.addresses.push_back(Address::from_ip_bytes(bytes).host_text());
    } else if (type == GEN_DNS || type == GEN_EMAIL) {
        std::optional<std::string> text = plain_text(string);
        if (text) (type == GEN_DNS ? peer.dns_names : peer.emails).push_back(std::move(*text));
    }
}

std::string serial_of(const X509* certificate) {
    const Owned<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    const std::unique_ptr<char, FreeText> text(number ? BN_bn2hex(number.get()) : nullptr);
    if (!text) throw std::bad_alloc();
    return text.get();
}

}  // namespace

TlsPeer read_peer(X509* certificate) {
    TlsPeer peer;
    const X509_NAME* subject = X509_get_subject_name(certificate);
    peer.subject = text_of(subject);
    peer.issuer = text_of(X509_get_issuer_name(certificate));
    peer.common_name = common_name_of(subject);
    const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
        add_name(peer, sk_GENERAL_NAME_value(names.get(), i));
    peer.serial = serial_of(certificate);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) throw std::bad_alloc();
    peer.fingerprint = hexadecimal(std::span(digest).first(size));
    tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1)
        peer.not_after = std::chrono::system_clock::from_time_t(::timegm(&time));
    return peer;
}

std::string subject_of(X509* certificate) {
    return printable(text_of(X509_get_subject_name(certificate)));
}

}  // namespace waymark::net
