#include "server.hh"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "daemon/landlock.hh"
#include "daemon/log.hh"
#include "daemon/pidfile.hh"
#include "daemon/signals.hh"
#include "daemon/watchdog.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/task_group.hh"
#include "open_listeners.hh"
#include "own_addresses.hh"
#include "root_start.hh"
#include "server_reload.hh"
#include "services/control_socket.hh"
#include "services/running_server.hh"
#include "services/service_group.hh"
#include "services/service_log.hh"
#include "services/supervisor_figures.hh"
#include "services/web_identity.hh"
#include "session_terminal.hh"
#include "start_check.hh"
#include "start_pages.hh"
#include "store/connection.hh"
#include "store/data_folder.hh"
#include "store/demo_folder.hh"
#include "store/postgresql_url.hh"
#include "store/store_location.hh"
#include "store/writer.hh"
#include "unix_time.hh"
#include "watchdog.hh"
#include "welcome.hh"

namespace waymark::tracker {
namespace {

using daemon::Deadline;
using daemon::PidFile;
using daemon::Readiness;
using daemon::UsageError;
using net::Address;

// Processes of a server that was killed need a moment to notice it.
constexpr std::chrono::seconds kWaitForPredecessor{3};

std::string as_json(const std::vector<Address>& addresses) {
    std::string list;
    for (const Address& each : addresses)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", each.to_string());
    return list;
}

// The supervising process: the services, the signals, and the socket for `tracker status`.
class House final : private net::EventLoop::Watcher {
  public:
    House(const Settings& settings, OpenListeners& open, WebIdentity& identity, daemon::Log& log,
          PidFile& pid_file, Readiness& readiness, const std::function<ReadAgain()>& read_again);
    ~House();

    int run();

  private:
    bool on_ready(std::uint32_t events) override;
    void heard(int signal);
    void hung_up();
    void stop();
    void all_up();
    [[noreturn]] void fail_as(const ServiceGroup::Failure& failure);
    net::Task<std::string> answer(std::string_view request);
    net::Task<std::string> status();
    net::Task<> reload_at_signal();

    const Settings& settings_;
    OpenListeners& open_;
    daemon::Log& log_;
    Readiness& readiness_;
    const bool ends_with_terminal_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD};
    net::EventLoop loop_;
    net::Listener control_listener_;
    net::SocketFile control_file_{control_listener_.address()};
    ServiceGroup services_;
    ServerReload reload_;
    SupervisorFigures figures_;
    net::TaskGroup reloads_;
    Watchdog watchdog_;
    ControlSocket control_;
};

House::House(const Settings& settings, OpenListeners& open, WebIdentity& identity, daemon::Log& log,
             PidFile& pid_file, Readiness& readiness, const std::function<ReadAgain()>& read_again)
    : settings_(settings),
      open_(open),
      log_(log),
      readiness_(readiness),
      ends_with_terminal_(settings.foreground && lives_with_terminal()),
      control_listener_(Address::parse("unix:" + settings.control_path())),
      services_(
          loop_, settings, open.sockets, log, {pid_file.fd().get()},
          {.on_all_up = [this] { all_up(); },
           .on_all_ended = [this] { loop_.stop(); },
           .on_identity_taken = [this](std::string_view answer) { reload_.hear_identity(answer); },
           .on_figures_wanted = [this] { figures_.tell(); }}),
      reload_({loop_, log, services_, open.sockets, identity, read_again}),
      figures_(loop_, services_, settings.data),
      watchdog_(loop_, services_, readiness, log, daemon::take_watchdog_interval()),
      control_(loop_, net::Listener::adopt(control_listener_.fd().duplicate()),
               [this](std::string_view request) { return answer(request); }) {
    loop_.add(signals_.fd(), EPOLLIN, *this);
}

// From here on the process only ends. A signal that comes once more, as the kernel's SIGHUP after
// the shell's, must not change how: it would kill where the descriptor gives the mask back.
House::~House() {
    loop_.remove(signals_.fd(), *this);
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) std::signal(signal, SIG_IGN);
}

int House::run() {
    services_.start();
    loop_.run();
    control_file_.remove();
    for (const net::SocketFile& file : open_.files) file.remove();
    if (services_.failure()) fail_as(*services_.failure());
    log_.info("stopped");
    return daemon::kExitOk;
}

// In the foreground the person reads it from the command's last line; a daemon's log keeps it.
void House::fail_as(const ServiceGroup::Failure& failure) {
    if (!settings_.foreground) log_.error("not started: {}", failure.reason);
    if (failure.exit_code == daemon::kExitUsage) throw UsageError(failure.reason);
    throw std::runtime_error(failure.reason);
}

bool House::on_ready(std::uint32_t) {
    bool took = false;
    while (const std::optional<int> signal = signals_.next()) {
        took = true;
        heard(*signal);
    }
    return took;
}

void House::heard(int signal) {
    switch (signal) {
        case SIGCHLD:
            services_.reap();
            break;
        case SIGHUP:
            if (ends_with_terminal_)
                hung_up();
            else
                reloads_.start(reload_at_signal());
            break;
        default:
            stop();
            break;
    }
}

// The shell and the kernel may both tell of it, so the second time is no hurry.
void House::hung_up() {
    if (!services_.is_stopping()) stop();
}

void House::stop() {
    log_.info("{}", services_.is_stopping() ? "stopping at once" : "stopping");
    readiness_.stopping();
    services_.stop();
}

void House::all_up() {
    if (is_postgresql(settings_.store))
        log_.info("store: {}", url_without_password(settings_.store));
    for (const std::string& line : address_lines(settings_, open_.served)) log_.info("{}", line);
    for (const Address& address : open_.nmea) log_.info("NMEA: {}", shown_address(address));
    const bool wants_account = services_.has_no_accounts() && !settings_.demo;
    if (wants_account)
        log_.notice("nobody has an account yet: 'tracker status' says how to make the first one");
    say_that_it_serves(settings_, open_.served, wants_account);
    readiness_.ready();
    watchdog_.start();
    let_start_pages_go();
}

// The log says what came of it.
net::Task<> House::reload_at_signal() {
    std::string told = co_await reload_.run();
}

net::Task<std::string> House::answer(std::string_view request) {
    if (request == "status") {
        std::string text = co_await status();
        co_return text;
    }
    if (request == "reload") {
        std::string told = co_await reload_.run();
        co_return told;
    }
    if (request == "devices") {
        const bool told = co_await services_.devices_changed();
        co_return told ? "ok\n" : "the store does not answer\n";
    }
    co_return "unknown request\n";
}

net::Task<std::string> House::status() {
    const std::string services = co_await services_.describe();
    co_return fmt::format(
        R"({{"pid":{},"uptime_s":{},"devices":[{}],"devices_tls":[{}],"web":[{}],"web_scheme":"{}",)"
        R"("web_name":"{}","nmea":[{}],{},"services":{}}})"
        "\n",
        ::getpid(), figures_.uptime().count(), as_json(open_.served.devices),
        as_json(open_.served.devices_tls), as_json(open_.served.web), web_scheme(settings_),
        web_name(settings_), as_json(open_.nmea),
        first_account_status(settings_.first_link, unix_now()), services);
}

int run_house(const Settings& settings, GivenListeners given, PidFile& pid_file,
              Readiness& readiness, const std::function<ReadAgain()>& read_again) {
    daemon::ignore_sigpipe();
    OpenListeners open = open_listeners(settings, std::move(given));
    WebIdentity identity(settings, !user_to_become(settings).empty());
    open.sockets.identity = identity.read();
    give_root_away(settings);
    pid_file.write_pid();
    daemon::Log log(log_options(settings, "tracker"));
    if (!settings.one_process && daemon::landlock_version() == 0)
        log.notice(
            "this kernel has no Landlock: which system calls a service may make is limited, and "
            "which files it may open is not");
    warn_of_overruled(open, log);
    return House(settings, open, identity, log, pid_file, readiness, read_again).run();
}

// From here on it is said where the store is, whatever becomes of the folder's own word. The name
// of this writer is made here, because the store may make no links.
void settle_store(Settings& settings) {
    const std::string location = settings.store_location();
    remember_store(settings.data, location);
    if (is_postgresql(location)) writer_name(settings.data);
    settings.store = is_postgresql(location) ? location : kStoreInFolder;
}

}  // namespace

int serve(Settings settings, const std::function<ReadAgain()>& read_again) {
    GivenListeners given = take_given_listeners(settings);
    settings.validate_together();
    refuse_own_conflicts(settings);
    if (settings.data.empty() && settings.demo) settings.data = default_demo_folder();
    check_descriptors(settings);
    settings.data = prepare_data_folder(settings.data);
    // Before the first file is written there.
    const std::string user = user_to_become(settings);
    if (!user.empty()) require_own_folder(settings.data, user);
    PidFile pid_file =
        PidFile::lock(settings.pid_file_path(), Deadline::after(kWaitForPredecessor));
    refuse_second_server(settings);
    settle_demo_folder(settings.data, settings.demo);
    settle_store(settings);
    if (!settings.demo) settings.first_link = make_first_link(unix_now());
    ::umask(077);
    std::vector<int> keep = given.descriptors();
    keep.push_back(pid_file.fd().get());
    Readiness readiness = settings.foreground
                              ? Readiness::foreground()
                              : daemon::daemonize("tracker", {.keep = keep, .umask = 077});
    try {
        return run_house(settings, std::move(given), pid_file, readiness, read_again);
    } catch (const UsageError& error) {
        readiness.failed(daemon::kExitUsage, error.what());
        if (settings.foreground) throw;
        return daemon::kExitUsage;
    } catch (const std::exception& error) {
        readiness.failed(daemon::kExitSystem, error.what());
        if (settings.foreground) throw;
        return daemon::kExitSystem;
    }
}

}  // namespace waymark::tracker
