#include "store/postgresql_url.hh"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace waymark::tracker {
namespace {

constexpr std::uint16_t kUsualPort = 5432;

// What stands before the first comma, which is taken away with it.
std::string_view take_item(std::string_view& list) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    return item;
}

bool is_list(std::string_view text) {
    return text.find(',') != std::string_view::npos;
}

// "a:5432,b": one port is that of all hosts (libpq-connect.html, "Specifying Multiple Hosts").
std::string hosts_with_ports(std::string_view hosts, std::string_view ports) {
    const bool is_one_for_all = !is_list(ports);
    const std::string_view all = ports;
    std::string shown;
    do {
        const std::string_view host = take_item(hosts);
        const std::string_view port = is_one_for_all ? all : take_item(ports);
        if (!shown.empty()) shown += ',';
        const bool is_ipv6 = host.find(':') != std::string_view::npos;
        shown.append(is_ipv6 ? "[" : "").append(host).append(is_ipv6 ? "]" : "");
        if (!port.empty()) shown.append(":").append(port);
    } while (!hosts.empty());
    return shown;
}

// Also the one that is left out after the last comma. What is no port libpq refuses by itself.
std::vector<std::uint16_t> ports_of(std::string_view list) {
    std::vector<std::uint16_t> ports;
    for (bool is_more = true; is_more;) {
        is_more = is_list(list);
        const std::string_view text = take_item(list);
        std::uint16_t port = kUsualPort;
        std::from_chars(text.data(), text.data() + text.size(), port);
        ports.push_back(port);
    }
    return ports;
}

// As libpq finds it.
std::string home_folder() {
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
    const passwd* const user = ::getpwuid(::geteuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

}  // namespace

// What libpq says of one that it does not take would show the password.
PostgresqlUrl::PostgresqlUrl(const std::string& url)
    : options_(libpq::PQconninfoParse(url.c_str(), nullptr)) {}

std::string_view PostgresqlUrl::value_of(const Options& options, std::string_view keyword) {
    for (const PQconninfoOption* each = options.get(); each && each->keyword; ++each)
        if (each->keyword == keyword && each->val) return each->val;
    return {};
}

std::string_view PostgresqlUrl::value(std::string_view keyword) const {
    return value_of(options_, keyword);
}

std::string PostgresqlUrl::value_or_default(std::string_view keyword,
                                            const Options& defaults) const {
    const std::string_view said = value(keyword);
    return std::string(said.empty() ? value_of(defaults, keyword) : said);
}

std::string PostgresqlUrl::without_password() const {
    if (!is_readable()) return "postgresql://...";
    std::string shown = "postgresql://";
    if (const std::string_view user = value("user"); !user.empty()) shown.append(user).append("@");
    const std::string_view hosts = value("host");
    const std::string_view ports = value("port");
    const bool is_folder = hosts.find('/') != std::string_view::npos;  // of a Unix socket
    if (!is_folder) shown.append(hosts_with_ports(hosts, ports));
    shown.append("/").append(value("dbname"));
    if (is_folder) shown.append("?host=").append(hosts);
    if (is_folder && !ports.empty()) shown.append("&port=").append(ports);
    return shown;
}

bool PostgresqlUrl::has_password() const {
    return !value("password").empty() || !value("sslpassword").empty();
}

bool PostgresqlUrl::has_several_hosts() const {
    if (!value("host").empty() || !value("hostaddr").empty())
        return is_list(value("host")) || is_list(value("hostaddr"));
    const Options defaults(libpq::PQconndefaults());
    return is_list(value_of(defaults, "host")) || is_list(value_of(defaults, "hostaddr"));
}

StoreReach PostgresqlUrl::reach() const {
    const Options defaults(libpq::PQconndefaults());
    StoreReach reach{ports_of(value_or_default("port", defaults)), {}};
    for (const char* const keyword :
         {"passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir"})
        reach.files.push_back(value_or_default(keyword, defaults));
    if (const char* const path = std::getenv("PGSERVICEFILE")) reach.files.push_back(path);
    const std::string home = home_folder();
    for (const char* const name : {"/.pgpass", "/.pg_service.conf", "/.postgresql"})
        reach.files.push_back(home + name);
    std::erase_if(reach.files, [](const std::string& path) { return !path.starts_with('/'); });
    return reach;
}

std::string url_without_password(const std::string& url) {
    return PostgresqlUrl(url).without_password();
}

}  // namespace waymark::tracker
