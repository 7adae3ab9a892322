// ca: makes a small authority and certificates for one's own servers and clients. README.md walks
// through it; net/certificate.hh says what is in them.

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "authority.hh"
#include "daemon/error.hh"
#include "net/certificate.hh"
#include "options.hh"

namespace waymark::ca {
namespace {

using std::chrono::days;

constexpr int kAuthorityDays = 3650;
constexpr int kListDays = 90;

std::string usual_name() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) return "Waymark authority";
    return ("Waymark authority on " + std::string(host.data())).substr(0, 64);
}

net::CertificateRequest living(net::CertificateRequest request, const Options& options) {
    if (options.days)
        request.not_after =
            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
            days(*options.days);
    return request;
}

void tell(const Written& written) {
    std::size_t width = 0;
    for (const Written::File& file : written.files) width = std::max(width, file.place.size());
    for (const Written::File& file : written.files)
        fmt::print("{:<{}}  {}\n", file.place, width, file.what_for);
    if (!written.password.empty())
        fmt::print("the browser asks for this password, which is kept nowhere: {}\n",
                   written.password);
}

void revoke(Authority& authority, const Options& options) {
    const Authority::Revoked revoked =
        authority.revoke(options.name, days(options.days.value_or(kListDays)));
    for (const Issued& each : revoked.now)
        fmt::print("revoked: {} {}, serial {}\n", word_of(each.purpose), each.names, each.serial);
    if (revoked.now.empty()) fmt::print("revoked before: {}\n", options.name);
    tell(revoked.written);
    fmt::print("servers know it as soon as they have read the new list\n");
}

void list(const Ledger& ledger) {
    const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const Issued& each : ledger.issued) {
        const std::string state = each.revoked            ? "revoked on"
                                  : each.not_after <= now ? "expired on"
                                                          : "good until";
        fmt::print("{}  {} {}  {:<32}  {}\n", word_of(each.purpose), state,
                   format_time(each.revoked.value_or(each.not_after)), each.serial, each.names);
    }
}

int run(const Options& options) {
    if (options.word == Word::init) {
        tell(Authority::make(options.folder, options.name.empty() ? usual_name() : options.name,
                             days(options.days.value_or(kAuthorityDays)), days(kListDays)));
        return daemon::kExitOk;
    }
    Authority authority(options.folder);
    switch (options.word) {
        case Word::server:
            tell(authority.issue(living(net::server_of(options.names), options), false));
            break;
        case Word::client:
            tell(authority.issue(living(net::client_of(options.name), options),
                                 options.for_browsers));
            break;
        case Word::revoke:
            revoke(authority, options);
            break;
        case Word::list:
            list(authority.ledger());
            break;
        case Word::crl:
            tell(authority.write_list(days(options.days.value_or(kListDays))));
            break;
        case Word::init:
            break;
    }
    return daemon::kExitOk;
}

}  // namespace
}  // namespace waymark::ca

int main(int argument_count, char** arguments) {
    return waymark::daemon::run_main("ca", [&] {
        const auto options = waymark::ca::parse_options(argument_count, arguments);
        return options ? waymark::ca::run(*options) : waymark::daemon::kExitOk;
    });
}
