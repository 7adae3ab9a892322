#include "services/confinement.hh"

#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <string>
#include <system_error>

#include "daemon/call_filter.hh"
#include "store/connection.hh"
#include "store/postgresql_url.hh"
#include "web_app/site_folder.hh"

namespace waymark::tracker {

using daemon::CallGroup;
using daemon::FileRight;
using daemon::Premises;

namespace {

// An event loop, a log that is open, and channels on which others hand in more channels.
constexpr CallGroup kEveryService[] = {
    CallGroup::process,     CallGroup::memory,  CallGroup::time,        CallGroup::signals,
    CallGroup::descriptors, CallGroup::waiting, CallGroup::conversation};

// SQLite reads a few bytes there when it begins, if it can.
constexpr const char* kRandomness = "/dev/urandom";

// The folder of the database, and the one where it really is if its name there is a link. By
// folder, not by file: the files beside it come and go.
std::vector<Premises::Place> database_places(const Settings& settings, FileRight right) {
    std::vector<Premises::Place> places{{settings.data, right}};
    if (std::filesystem::exists(kRandomness)) places.push_back({kRandomness, FileRight::read});
    const std::filesystem::path path = settings.store_location();
    if (std::filesystem::is_symlink(path))
        places.push_back({std::filesystem::weakly_canonical(path).parent_path(), right});
    return places;
}

void add_calls(std::initializer_list<CallGroup> groups, Needs& needs) {
    needs.calls.insert(needs.calls.end(), groups);
}

// Where a name is looked up, by the system's own configuration; a name server may be called by TCP
// as well.
void add_looking_up(Needs& needs) {
    for (const char* place : {"/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve"})
        if (std::filesystem::exists(place))
            needs.premises.places.push_back({place, FileRight::read});
    needs.premises.tcp_connect_to.push_back(53);
}

// A connection of libpq: the servers that the URL names, and the files with what it shows them. It
// is made anew whenever the server was away.
void add_postgresql(const std::string& url, Needs& needs) {
    add_calls({CallGroup::sockets, CallGroup::connecting, CallGroup::files_to_read}, needs);
    add_looking_up(needs);
    const StoreReach reach = PostgresqlUrl(url).reach();
    // One that this user cannot reach (root's, after root was given away) libpq cannot either.
    std::error_code unreachable;
    for (const std::string& file : reach.files)
        if (std::filesystem::exists(file, unreachable))
            needs.premises.places.push_back({file, FileRight::read});
    needs.premises.tcp_connect_to.insert(needs.premises.tcp_connect_to.end(), reach.ports.begin(),
                                         reach.ports.end());
}

// The data folder also where the database is elsewhere: the name of this writer is there.
Needs needs_of_store(const Settings& settings) {
    Needs needs{{CallGroup::files_to_read, CallGroup::files_to_write, CallGroup::file_names},
                {database_places(settings, FileRight::manage)}};
    const std::string location = settings.store_location();
    if (is_postgresql(location)) add_postgresql(location, needs);
    return needs;
}

// No file at all: a log that is rotated comes as a descriptor (services/service_control).
Needs needs_of_receiver() {
    return {{CallGroup::threads, CallGroup::accepting}, {}};
}

// Where the street map is, and where it really is if its name there is a link. By folder, because
// another file is put in its place one day.
void add_map_places(const Settings& settings, std::vector<Premises::Place>& places) {
    if (settings.map.empty()) return;
    const std::filesystem::path path = settings.map;
    std::error_code ignored;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path, ignored);
    for (const std::filesystem::path& folder : {path.parent_path(), real.parent_path()})
        if (std::filesystem::is_directory(folder, ignored))
            places.push_back({folder.string(), FileRight::read});
}

// Who reads a database in WAL mode writes as well: its locks, in the file that the processes share
// (sqlite.org/wal.html, "Read-Only Databases").
void add_database_file(const Settings& settings, Needs& needs) {
    add_calls({CallGroup::files_to_write}, needs);
    needs.premises.places = database_places(settings, FileRight::write);
}

Needs needs_of_web_app(const Settings& settings) {
    Needs needs{{CallGroup::threads, CallGroup::accepting, CallGroup::files_to_read,
                 CallGroup::files_beneath},
                {}};
    const std::string location = settings.store_location();
    if (is_postgresql(location))
        add_postgresql(location, needs);
    else
        add_database_file(settings, needs);
    needs.premises.places.push_back({find_site(settings.site, program_folder()), FileRight::read});
    add_map_places(settings, needs.premises.places);
    return needs;
}

// Adds its devices as `tracker device add` would, and is a client after that.
Needs needs_of_demo(const ServiceStart& start) {
    Needs needs{{CallGroup::threads, CallGroup::sockets, CallGroup::connecting,
                 CallGroup::files_to_read, CallGroup::files_to_write, CallGroup::file_names},
                {database_places(start.settings, FileRight::manage)}};
    if (start.target.is_ip()) needs.premises.tcp_connect_to.push_back(start.target.port());
    return needs;
}

// Which ports it may call. Web hooks go to ports that people choose; where they may go is looked at
// for each (services/web_hook_networks).
Needs needs_of_caller(const Settings& settings) {
    Needs needs{
        {CallGroup::threads, CallGroup::sockets, CallGroup::connecting, CallGroup::files_to_read},
        {}};
    needs.premises.tcp_connect_to = settings.ports_to_call();
    add_looking_up(needs);
    for (const std::string& authority : {settings.forward_authority, settings.mqtt_authority})
        if (!authority.empty()) needs.premises.places.push_back({authority, FileRight::read});
    needs.premises.connects_to_any_port = !settings.web_hooks.empty();
    return needs;
}

Needs own_needs(const ServiceStart& start) {
    switch (start.kind) {
        case ServiceKind::store:
            return needs_of_store(start.settings);
        case ServiceKind::receiver:
            return needs_of_receiver();
        case ServiceKind::web_app:
            return needs_of_web_app(start.settings);
        case ServiceKind::demo:
            return needs_of_demo(start);
        case ServiceKind::caller:
            return needs_of_caller(start.settings);
    }
    return {};
}

}  // namespace

Needs needs_of(const ServiceStart& start) {
    Needs needs = own_needs(start);
    needs.calls.insert(needs.calls.end(), std::begin(kEveryService), std::end(kEveryService));
    // The system log may be started anew, and then the log connects to it again.
    if (start.settings.log == "syslog") needs.calls.push_back(CallGroup::connecting);
    return needs;
}

daemon::Enforced confine(const ServiceStart& start) {
    const Needs needs = needs_of(start);
    ::tzset();  // the lines for the system log are in local time, and the zone is in a file
    const daemon::Enforced enforced = daemon::stay_within(needs.premises);
    daemon::allow_only(needs.calls);
    return enforced;
}

}  // namespace waymark::tracker
