#include "server.hh"

#include <fcntl.h>
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
#include "daemon/quiet_write.hh"
#include "daemon/signals.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "root_start.hh"
#include "services/control_socket.hh"
#include "services/running_server.hh"
#include "services/service_group.hh"
#include "services/service_log.hh"
#include "start_check.hh"
#include "store/data_folder.hh"
#include "store/demo_folder.hh"
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

struct OpenListeners {
    ListeningSockets sockets;
    std::vector<Address> devices;  // as bound: port 0 has become a real one
    std::vector<Address> web;
    std::vector<Address> nmea;
};

std::vector<daemon::Fd> bind_all(const std::vector<Address>& wanted, std::vector<Address>& bound) {
    std::vector<daemon::Fd> sockets;
    for (const Address& address : wanted) {
        const net::Listener listener(address);
        bound.push_back(listener.address());
        sockets.push_back(listener.fd().duplicate());
    }
    return sockets;
}

OpenListeners open_listeners(const Settings& settings) {
    OpenListeners open;
    open.sockets.devices = bind_all(settings.device_addresses(), open.devices);
    open.sockets.web = bind_all(settings.web_addresses(), open.web);
    open.sockets.nmea_listeners = bind_all(settings.nmea_addresses(), open.nmea);
    for (const Address& address : open.nmea)  // on the port that the kernel may have chosen
        open.sockets.nmea_datagrams.push_back(bind_datagrams(address));
    return open;
}

std::string quoted(const std::vector<Address>& addresses) {
    std::string list;
    for (const Address& each : addresses)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", each.to_string());
    return list;
}

// Whether SIGHUP says that the terminal is gone. Ours is that of the session, wherever standard
// output leads. Who starts us by nohup(1) wants us to stay.
bool lives_with_terminal() {
    struct sigaction inherited {};
    daemon::check(::sigaction(SIGHUP, nullptr, &inherited), "sigaction");
    const daemon::Fd terminal(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
    return terminal && inherited.sa_handler != SIG_IGN;
}

// The supervising process: the services, the signals, and the socket for `tracker status`.
class House final : private net::EventLoop::Watcher {
  public:
    House(const Settings& settings, const OpenListeners& open, daemon::Log& log, PidFile& pid_file,
          Readiness& readiness, const std::function<ReadAgain()>& read_again);
    ~House();

    int run();

  private:
    bool on_ready(std::uint32_t events) override;
    void heard(int signal);
    void hung_up();
    void stop();
    void all_up();
    [[noreturn]] void fail_as(const ServiceGroup::Failure& failure);
    std::string reload();
    net::Task<std::string> answer(std::string_view request);
    net::Task<std::string> status();

    const Settings& settings_;
    const OpenListeners& open_;
    daemon::Log& log_;
    Readiness& readiness_;
    const std::function<ReadAgain()>& read_again_;
    const bool ends_with_terminal_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD};
    net::EventLoop loop_;
    const net::EventLoop::Clock::time_point started_ = net::EventLoop::Clock::now();
    net::Listener control_listener_;
    ServiceGroup services_;
    ControlSocket control_;
};

House::House(const Settings& settings, const OpenListeners& open, daemon::Log& log,
             PidFile& pid_file, Readiness& readiness, const std::function<ReadAgain()>& read_again)
    : settings_(settings),
      open_(open),
      log_(log),
      readiness_(readiness),
      read_again_(read_again),
      ends_with_terminal_(settings.foreground && lives_with_terminal()),
      control_listener_(Address::parse("unix:" + settings.control_path())),
      services_(loop_, settings, open.sockets, log, {pid_file.fd().get()},
                {.on_all_up = [this] { all_up(); }, .on_all_ended = [this] { loop_.stop(); }}),
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
    control_listener_.remove_file();
    for (const auto* addresses : {&open_.devices, &open_.web})
        for (const Address& address : *addresses) net::remove_socket_file(address);
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
                reload();
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
    for (const Address& address : open_.devices) log_.info("devices: {}", shown_address(address));
    for (const Address& address : open_.web) log_.info("web: {}", shown_address(address));
    for (const Address& address : open_.nmea) log_.info("NMEA: {}", shown_address(address));
    if (settings_.foreground) {
        std::string text = welcome(settings_, open_.devices, open_.web);
        if (::isatty(STDOUT_FILENO) == 0) text.insert(0, address_lines(open_.devices, open_.web));
        daemon::write_quietly(STDOUT_FILENO, text);  // whoever started it may be gone by now
    }
    readiness_.ready();
}

// A configuration with a mistake changes nothing: the old one stays whole.
std::string House::reload() {
    const bool log_is_open = log_.reopen();
    try {
        const ReadAgain read = read_again_();
        log_.set_level(read.settings.level());
        services_.reload(read.settings);
        log_.info("the configuration was read again");
        if (!read.needs_start.empty())
            log_.warning("these settings take a new start: {}", read.needs_start);
        return fmt::format("ok{}{}\n{}", read.needs_start.empty() ? "" : " ", read.needs_start,
                           log_is_open ? "" : kLogIsOld);
    } catch (const std::exception& error) {
        log_.error("the old configuration stays: {}", error.what());
        return fmt::format("{}\n", error.what());
    }
}

net::Task<std::string> House::answer(std::string_view request) {
    if (request == "status") {
        std::string text = co_await status();
        co_return text;
    }
    if (request == "reload") co_return reload();
    if (request == "devices") {
        const bool told = co_await services_.devices_changed();
        co_return told ? "ok\n" : "the store does not answer\n";
    }
    co_return "unknown request\n";
}

net::Task<std::string> House::status() {
    const std::string services = co_await services_.describe();
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - started_);
    co_return fmt::format(R"({{"pid":{},"uptime_s":{},"devices":[{}],"web":[{}],"nmea":[{}],)"
                          R"("services":{}}})"
                          "\n",
                          ::getpid(), uptime.count(), quoted(open_.devices), quoted(open_.web),
                          quoted(open_.nmea), services);
}

int run_house(const Settings& settings, PidFile& pid_file, Readiness& readiness,
              const std::function<ReadAgain()>& read_again) {
    daemon::ignore_sigpipe();
    const OpenListeners open = open_listeners(settings);
    give_root_away(settings);
    pid_file.write_pid();
    daemon::Log log(log_options(settings, "tracker"));
    if (!settings.one_process && daemon::landlock_version() == 0)
        log.notice(
            "this kernel has no Landlock: which system calls a service may make is limited, and "
            "which files it may open is not");
    return House(settings, open, log, pid_file, readiness, read_again).run();
}

}  // namespace

int serve(Settings settings, const std::function<ReadAgain()>& read_again) {
    settings.validate();
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
    ::umask(077);
    Readiness readiness =
        settings.foreground
            ? Readiness::foreground()
            : daemon::daemonize("tracker", {.keep = {pid_file.fd().get()}, .umask = 077});
    try {
        return run_house(settings, pid_file, readiness, read_again);
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
