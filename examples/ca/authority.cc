#include "authority.hh"

#include <fmt/core.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::ca {

using daemon::UsageError;
using net::CertificateRequest;
using net::Credential;
using net::Purpose;
using std::chrono::days;

namespace {

constexpr const char* kCertificate = "authority.pem";
constexpr const char* kKey = "authority.key";
constexpr const char* kList = "revoked.pem";
constexpr const char* kLedger = "ledger";

Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// Twenty letters and digits that are not taken for one another, in groups: 98 bits.
std::string make_password() {
    constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::array<unsigned char, 20> random;
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        daemon::fail(errno, "getrandom");
    std::string password;
    for (std::size_t i = 0; i < random.size(); ++i) {
        if (i > 0 && i % 5 == 0) password += '-';
        password += kLetters[random[i] % kLetters.size()];
    }
    return password;
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
    return all;
}

std::string list_of(const Credential& own, const Ledger& ledger, days life) {
    std::vector<net::Revocation> revoked;
    for (const Issued& each : ledger.issued)
        if (each.revoked) revoked.push_back({each.serial, *each.revoked});
    return net::make_revocation_list(own, revoked, ledger.next_list, now(), now() + life);
}

}  // namespace

std::string file_name_of(const std::string& name) {
    std::string file = name;
    std::replace(file.begin(), file.end(), '*', '_');
    const bool has_odd = std::any_of(file.begin(), file.end(), [](char c) {
        return (c >= 0 && c < ' ') || c == 127 || c == '/' || c == '\\';
    });
    if (file.empty() || file.front() == '.' || file.front() == '-' || has_odd || file.size() > 200)
        throw UsageError(
            fmt::format("'{}' cannot be the name of a file; it may not begin with a "
                        "point or a dash, nor have a slash or a control character",
                        name));
    return file;
}

Written Authority::make(const std::string& path, const std::string& name, days life,
                        days list_life) {
    CertificateRequest request = net::authority_of(name);
    request.not_after = now() + life;
    const Credential own = net::make_certificate(request, nullptr);
    Ledger ledger;
    const std::string list = list_of(own, ledger, list_life);
    ++ledger.next_list;
    Folder folder = Folder::make(path);
    folder.lock();
    folder.write_new(kKey, own.key, Folder::Readers::owner);
    folder.write_new(kLedger, format_ledger(ledger), Folder::Readers::owner);
    folder.write_new(kList, list, Folder::Readers::all);
    folder.write_new(kCertificate, own.certificate, Folder::Readers::all);
    return {{{folder.place_of(kCertificate), "for everybody who is to believe this authority"},
             {folder.place_of(kKey), "stays here: whoever has it is the authority"},
             {folder.place_of(kList), "what is revoked, for servers; none yet"}},
            {}};
}

Authority::Authority(const std::string& path) : folder_(path) {
    folder_.lock();
    own_ = {folder_.read(kCertificate), folder_.read(kKey)};
    try {
        ledger_ = parse_ledger(folder_.read(kLedger));
        if (net::describe_certificate(own_.certificate).not_after <= now())
            throw UsageError("the authority has expired; make a new one in another folder");
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", path, error.what()));
    }
}

void Authority::save_ledger() const {
    folder_.replace(kLedger, format_ledger(ledger_), Folder::Readers::owner);
}

Written Authority::issue(CertificateRequest request, bool for_browsers) {
    const bool is_server = request.purpose == Purpose::server;
    const std::string file = file_name_of(is_server ? request.names.front() : request.common_name);
    for (const char* ending : {".pem", ".key", ".p12"})
        if (folder_.has(file + ending))
            throw UsageError(fmt::format(
                "{}: is there already, and nothing is written over it; revoke it if it is still "
                "of use to somebody, and move it away",
                folder_.place_of(file + ending)));
    const Time end = std::chrono::floor<std::chrono::seconds>(
        net::describe_certificate(own_.certificate).not_after);
    request.not_after = std::min(request.not_after, end);
    const Credential credential = net::make_certificate(request, &own_);
    ledger_.issued.push_back({net::describe_certificate(credential.certificate).serial,
                              request.purpose, request.not_after, std::nullopt,
                              is_server ? joined(request.names) : request.common_name});
    save_ledger();
    folder_.write_new(file + ".key", credential.key, Folder::Readers::owner);
    folder_.write_new(file + ".pem", credential.certificate, Folder::Readers::all);
    Written written{
        {{folder_.place_of(file + ".pem"), fmt::format("until {}", format_time(request.not_after))},
         {folder_.place_of(file + ".key"), "its key, for nobody else"}},
        {}};
    if (!for_browsers) return written;
    written.password = make_password();
    folder_.write_new(
        file + ".p12",
        net::make_browser_file(credential, own_, request.common_name, written.password),
        Folder::Readers::owner);
    written.files.push_back({folder_.place_of(file + ".p12"), "both, for a browser"});
    return written;
}

Authority::Revoked Authority::revoke(std::string_view name_or_serial, days list_life) {
    Revoked revoked;
    bool is_known = false;
    for (Issued& each : ledger_.issued) {
        if (!each.has_name(name_or_serial) && each.serial != name_or_serial) continue;
        is_known = true;
        if (each.revoked) continue;
        each.revoked = now();
        revoked.now.push_back(each);
    }
    if (!is_known)
        throw UsageError(
            fmt::format("nothing was issued to '{}'; 'ca list' shows the names and "
                        "serial numbers",
                        name_or_serial));
    // Before the list: after a crash between the two `ca crl` makes it from the ledger.
    save_ledger();
    revoked.written = write_list(list_life);
    return revoked;
}

Written Authority::write_list(days list_life) {
    const std::string list = list_of(own_, ledger_, list_life);
    ++ledger_.next_list;
    save_ledger();
    folder_.replace(kList, list, Folder::Readers::all);
    return {{{folder_.place_of(kList),
              fmt::format("for servers, to be renewed by {}", format_time(now() + list_life))}},
            {}};
}

}  // namespace waymark::ca
