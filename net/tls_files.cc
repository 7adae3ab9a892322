#include "net/tls_files.hh"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <new>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/tls_failure.hh"

namespace waymark::net {

using daemon::UsageError;

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr int kDaysToNote = 14;

// A key's text does not stay in memory that is used again.
struct Secret {
    std::string text;
    Secret() = default;
    Secret(Secret&&) = default;
    ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

[[noreturn]] void refuse(const std::string& file, std::string_view what) {
    ERR_clear_error();
    throw UsageError(fmt::format("{}: {}", file, what));
}

daemon::Fd open_regular(const std::string& file, struct stat& status) {
    daemon::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd || ::fstat(fd.get(), &status) == -1) refuse(file, daemon::error_text(errno));
    if (!S_ISREG(status.st_mode)) refuse(file, "is not a file");
    if (status.st_size > static_cast<off_t>(kMostBytes))
        refuse(file, "is larger than 1 MiB; is it the right file?");
    return fd;
}

Secret read_whole(const std::string& file, const daemon::Fd& fd) {
    Secret secret;
    secret.text.resize(kMostBytes);
    std::size_t size = 0;
    while (size < kMostBytes) {
        const ssize_t got = ::read(fd.get(), secret.text.data() + size, kMostBytes - size);
        if (got == -1 && errno == EINTR) continue;
        if (got == -1) refuse(file, daemon::error_text(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    secret.text.resize(size);
    return secret;
}

Secret read_file(const std::string& file) {
    struct stat status {};
    return read_whole(file, open_regular(file, status));
}

Owned<BIO> memory_of(const std::string& text) {
    Owned<BIO> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!memory) throw std::bad_alloc();
    return memory;
}

// After the last object of a file: was there nothing more, or something that cannot be read?
void expect_the_end(const std::string& file) {
    const unsigned long error = ERR_peek_last_error();
    const bool is_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    if (!is_end) refuse(file, fmt::format("is damaged: {}; write it anew", take_openssl_errors()));
    ERR_clear_error();
}

std::string date_of(const ASN1_TIME* time) {
    tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? fmt::format("{:%Y-%m-%d %H:%M UTC}", parts)
                                              : std::string("an unknown time");
}

void note_dates(const std::string& file, const X509* certificate, bool refuses_expired,
                std::vector<std::string>& notes) {
    const ASN1_TIME* const end = X509_get0_notAfter(certificate);
    const ASN1_TIME* const begin = X509_get0_notBefore(certificate);
    if (X509_cmp_current_time(begin) == 1)
        notes.push_back(
            fmt::format("{}: not valid before {}; is the clock right?", file, date_of(begin)));
    if (X509_cmp_current_time(end) == -1) {
        const std::string words = fmt::format("expired on {}; renew it", date_of(end));
        if (refuses_expired) refuse(file, words);
        notes.push_back(fmt::format("{}: {}", file, words));
        return;
    }
    std::time_t soon = std::time(nullptr) + kDaysToNote * 24 * 3600;
    if (X509_cmp_time(end, &soon) == -1)
        notes.push_back(fmt::format("{}: expires on {}; renew it soon", file, date_of(end)));
}

int refuse_to_ask(char*, int, int, void*) {
    return -1;
}

std::vector<Owned<X509>> certificates_of(const std::string& file, const std::string& text) {
    const Owned<BIO> memory = memory_of(text);
    std::vector<Owned<X509>> certificates;
    while (Owned<X509> next{PEM_read_bio_X509(memory.get(), nullptr, &refuse_to_ask, nullptr)})
        certificates.push_back(std::move(next));
    expect_the_end(file);
    if (certificates.empty())
        refuse(file, "has no certificate in it; it must be PEM, \"-----BEGIN CERTIFICATE-----\"");
    return certificates;
}

Owned<EVP_PKEY> key_of(const std::string& file, const std::string& text) {
    const Owned<BIO> memory = memory_of(text);
    Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(memory.get(), nullptr, &refuse_to_ask, nullptr));
    if (key) return key;
    if (text.find("ENCRYPTED") != std::string::npos)
        refuse(file,
               "the key is encrypted, and nobody is here to type the password; decrypt it "
               "with 'openssl pkey'");
    refuse(file, "has no private key in it; it must be PEM, \"-----BEGIN PRIVATE KEY-----\"");
}

}  // namespace

std::vector<Owned<X509>> read_certificates(const std::string& file) {
    return certificates_of(file, read_file(file).text);
}

Owned<EVP_PKEY> read_key(const std::string& file) {
    struct stat status {};
    const daemon::Fd fd = open_regular(file, status);
    if ((status.st_mode & S_IRWXO) != 0)
        refuse(file, fmt::format("everybody may use this key; chmod 600 {}", file));
    return key_of(file, read_whole(file, fd).text);
}

void use_identity(SSL_CTX* context, const TlsIdentity& identity, bool refuses_expired,
                  std::vector<std::string>& notes) {
    const std::string& file = identity.chain_file;
    const auto& texts = identity.texts;
    const std::vector<Owned<X509>> chain =
        texts ? certificates_of(file, texts->chain) : read_certificates(file);
    const Owned<EVP_PKEY> key =
        texts ? key_of(identity.key_file, texts->key) : read_key(identity.key_file);
    if (X509_check_private_key(chain.front().get(), key.get()) != 1)
        refuse(identity.key_file,
               fmt::format("is not the key of the first certificate in {}", file));
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK)
            refuse(file, fmt::format("certificate {} has not issued certificate {}; the order is: "
                                     "one's own, its issuer, the issuer's issuer",
                                     i + 1, i));
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
        refuse(file, fmt::format("cannot be used: {}", take_openssl_errors()));
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
            refuse(file,
                   fmt::format("certificate {} cannot be used: {}", i + 1, take_openssl_errors()));
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
        refuse(identity.key_file, fmt::format("cannot be used: {}", take_openssl_errors()));
    for (const Owned<X509>& certificate : chain)
        note_dates(file, certificate.get(), refuses_expired, notes);
}

void use_authorities(SSL_CTX* context, const std::string& file, bool are_for_clients) {
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    for (const Owned<X509>& authority : read_certificates(file)) {
        if (X509_check_ca(authority.get()) == 0)
            refuse(file, fmt::format("{} is no authority's certificate; name the file of who has "
                                     "issued it",
                                     subject_of(authority.get())));
        if (X509_STORE_add_cert(store, authority.get()) != 1 ||
            (are_for_clients && SSL_CTX_add_client_CA(context, authority.get()) != 1))
            throw std::bad_alloc();
    }
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

namespace {

void check_date(const std::string& file, const X509_CRL* list, std::vector<std::string>& notes) {
    const ASN1_TIME* const end = X509_CRL_get0_nextUpdate(list);
    if (end == nullptr)  // RFC 5280, section 5.1.2.5: it must be there
        refuse(file, "a list of the revoked does not say until when it holds; get another one");
    if (X509_cmp_current_time(end) != 1)
        refuse(file, fmt::format("the list of the revoked was to be renewed by {}; get a new one "
                                 "from the authority",
                                 date_of(end)));
    std::time_t soon = std::time(nullptr) + kDaysToNote * 24 * 3600;
    if (X509_cmp_time(end, &soon) == -1)
        notes.push_back(
            fmt::format("{}: the list of the revoked is to be renewed by {}; after "
                        "that nobody of its authority is let in",
                        file, date_of(end)));
}

}  // namespace

void use_revocation_lists(SSL_CTX* context, const std::string& file,
                          std::vector<std::string>& notes) {
    const Secret text = read_file(file);
    const Owned<BIO> memory = memory_of(text.text);
    int count = 0;
    while (const Owned<X509_CRL> list{
        PEM_read_bio_X509_CRL(memory.get(), nullptr, &refuse_to_ask, nullptr)}) {
        check_date(file, list.get(), notes);
        if (X509_STORE_add_crl(SSL_CTX_get_cert_store(context), list.get()) != 1)
            throw std::bad_alloc();
        ++count;
    }
    expect_the_end(file);
    if (count == 0)
        refuse(file,
               "has no list of the revoked in it; it must be PEM, \"-----BEGIN X509 CRL-----\"");
    // Of the authorities between, too; where they have no list TlsSession::verified() lets them be.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
                                X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

}  // namespace waymark::net
