#include "start_check.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "daemon/error.hh"
#include "daemon/privileges.hh"
#include "map/map_file.hh"
#include "net/listener.hh"
#include "net/socket_file.hh"
#include "net/tls_context.hh"
#include "own_addresses.hh"
#include "root_start.hh"
#include "service_eyes.hh"
#include "services/running_server.hh"
#include "store/data_folder.hh"
#include "store/demo_folder.hh"
#include "store/open_database.hh"
#include "store/postgresql_url.hh"
#include "store/store_location.hh"
#include "web_app/site_folder.hh"

namespace waymark::tracker {

using daemon::UsageError;
using net::Address;

namespace {

// Beside its channels the store has its database, log, event loop and what it inherits; about 20.
constexpr unsigned kOtherDescriptors = 32;

// By the effective user: root looks with the eyes of whom the server becomes.
bool may(const std::filesystem::path& path, int what) {
    return ::faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0;
}

void require_right(std::string_view key, const std::filesystem::path& path, int what) {
    if (!may(path, what))
        throw UsageError(fmt::format("{}: {}: {}", key, path.string(), daemon::error_text(errno)));
}

// A folder that is not there yet is made in the nearest one that is.
void check_data_folder(const Settings& settings) {
    // Its length is that of the longest path in it that has a limit.
    Address::parse("unix:" + settings.control_path());
    std::filesystem::path folder = std::filesystem::absolute(settings.data);
    while (!std::filesystem::exists(folder) && folder.has_parent_path() &&
           folder != folder.parent_path())
        folder = folder.parent_path();
    if (!std::filesystem::is_directory(folder))
        throw UsageError(fmt::format("data: {} is not a folder", folder.string()));
    require_right("data", folder, W_OK | X_OK);
}

// As root_start does: the folder is given to the user, and he must be able to walk there.
void check_folder_for_user(const Settings& settings) {
    const std::string user = user_to_become(settings);
    if (user.empty()) return;
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) throw UsageError(fmt::format("user: there is no user {}", user));
    std::filesystem::path above = settings.data;
    if (std::filesystem::is_directory(above)) require_own_folder(settings.data, user);
    do above = above.parent_path();
    while (!std::filesystem::exists(above));
    const daemon::ScopedEffectiveUser as_user(entry->pw_uid, entry->pw_gid);
    if (may(above, X_OK)) return;
    throw UsageError(
        fmt::format("data: {} cannot be reached by the user {}, as whom the server runs when root "
                    "starts it; name another folder, or another user with --user",
                    settings.data, user));
}

// A name in the data folder must be free, or what the server expects there.
void check_kind(const std::string& path, mode_t kind, std::string_view expected) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == -1 || (found.st_mode & S_IFMT) == kind) return;
    throw UsageError(
        fmt::format("data: {} is in the way, it is no {}: move it away, or name another folder",
                    path, expected));
}

void check_what_is_there(const Settings& settings) {
    check_kind(settings.pid_file_path(), S_IFREG, "pid file");
    check_kind(settings.control_path(), S_IFSOCK, "socket");
    if (!std::filesystem::is_directory(settings.data)) return;
    refuse_wrong_kind_of_folder(settings.data, settings.demo);
    const std::string location = settings.store_location();
    if (is_postgresql(location)) return;
    refuse_foreign_file(location);
    if (std::filesystem::exists(location)) require_right("data", location, R_OK | W_OK);
}

void check_log(const Settings& settings) {
    if (settings.log.empty() || settings.log == "stderr" || settings.log == "syslog") return;
    const std::filesystem::path file = std::filesystem::absolute(settings.log);
    std::error_code ignored;  // who may not look there may not write there either
    if (!std::filesystem::exists(file, ignored)) {
        require_right("log", file.parent_path(), W_OK | X_OK);
    } else if (std::filesystem::is_directory(file) || !may(file, W_OK)) {
        throw UsageError(fmt::format("log: {} is no file that can be written", file.string()));
    }
}

// What is opened when root has been given away is looked at with the eyes of whom we become.
void look_as_user(const Settings& settings, void (*look)(const Settings&)) {
    const std::string name = user_to_become(settings);
    if (name.empty()) return look(settings);
    const passwd* const entry = ::getpwnam(name.c_str());
    if (entry == nullptr) throw UsageError(fmt::format("user: there is no user {}", name));
    const daemon::ScopedEffectiveUser user(entry->pw_uid, entry->pw_gid);
    look(settings);
}

// libpq takes a password that it cannot read for none, and says so only when the server refuses.
// What the folder remembers is looked at before: root may not have given it away yet.
void check_store_files(const Settings& settings) {
    Settings settled = settings;
    settled.store = settings.store_location();
    if (!is_postgresql(settled.store)) return;
    look_as_user(settled, [](const Settings& seen) {
        const PostgresqlUrl url(seen.store);
        for (const char* const keyword :
             {"passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl"}) {
            const std::string path(url.value(keyword));
            if (path.starts_with('/')) require_right(fmt::format("store: {}", keyword), path, R_OK);
        }
    });
}

// Binds each of them for a moment.
std::vector<std::string> check_addresses(const Settings& settings) {
    refuse_own_conflicts(settings);
    std::vector<std::string> in_use;
    for (const auto& [setting, address] : own_addresses(settings)) {
        try {
            const net::Listener listener(address);
            net::SocketFile(listener.address()).remove();
        } catch (const net::ListenError& error) {
            if (error.code().value() != EADDRINUSE) throw;
            in_use.push_back(fmt::format("{} is in use at the moment; a start now would be refused",
                                         address.to_string()));
        }
    }
    // It may be our own server that has them.
    if (!in_use.empty() && find_running_server(settings)) in_use.clear();
    return in_use;
}

// Certificate and key, as they are; a start by root reads them with root's rights.
std::vector<std::string> check_identity(const Settings& settings) {
    if (!settings.web_is_secured()) return {};
    const net::TlsServerContext context({.identity = {settings.web_certificate, settings.web_key}});
    return context.notes();
}

// A start by root, or by this user: who becomes another later looks at some of them as that one.
void check_files(const Settings& settings) {
    check_data_folder(settings);
    check_folder_for_user(settings);
    check_what_is_there(settings);
    look_as_user(settings, check_log);
    check_store_files(settings);
    check_map(settings);
    check_authorities(settings);
    find_site(settings.site, program_folder());
}

// With whose eyes, where that is not plain.
std::vector<std::string> look_at_files(const Settings& settings, const std::string& config) {
    const std::string service = user_of_service(settings);
    if (service.empty()) {
        check_files(settings);
        const std::string user = user_to_become(settings);
        if (user.empty()) return {};
        return {fmt::format("Looked as for a start by root, which goes on as the user {}.", user)};
    }
    look_as_service(service, [&] {
        if (!config.empty()) require_right("config", config, R_OK);
        check_files(settings);
        check_identity(settings);
    });
    return {fmt::format("Looked as the user {0}, whose {1} is; for a start by root say --user {0}.",
                        service, settings.data)};
}

}  // namespace

void check_authorities(const Settings& settings) {
    if (settings.forward_authority.empty() && settings.mqtt_authority.empty()) return;
    look_as_user(settings, [](const Settings& seen) {
        for (const std::string& file : {seen.forward_authority, seen.mqtt_authority}) {
            if (file.empty()) continue;
            const net::TlsClientContext readable(
                {.authorities = std::filesystem::absolute(file).string()});
        }
    });
}

void check_map(const Settings& settings) {
    if (settings.map.empty()) return;
    look_as_user(settings, [](const Settings& seen) {
        require_streets(std::filesystem::absolute(seen.map).string());
    });
}

void check_descriptors(const Settings& settings) {
    rlimit limit{};
    daemon::check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    const rlim_t needed = rlim_t{settings.receivers} * settings.threads + kOtherDescriptors;
    if (needed > limit.rlim_cur)
        throw UsageError(
            fmt::format("receivers, threads: the store needs a descriptor for each of {} x {} "
                        "threads, {} in all, and its limit is {}: have fewer, or raise the limit "
                        "(ulimit -n, or LimitNOFILE= of systemd)",
                        settings.receivers, settings.threads, needed, limit.rlim_cur));
}

std::vector<std::string> check_start(const Settings& settings, const std::string& config) {
    Settings settled = settings;
    if (settled.data.empty())
        settled.data = settled.demo ? default_demo_folder() : default_data_folder();
    // As 'serve' does: whatever the folder of the command is.
    settled.data = std::filesystem::absolute(settled.data);
    check_descriptors(settled);
    std::vector<std::string> remarks = look_at_files(settled, config);
    for (const std::string& remark : check_addresses(settled)) remarks.push_back(remark);
    for (const std::string& note : check_identity(settled)) remarks.push_back(note);
    return remarks;
}

}  // namespace waymark::tracker
