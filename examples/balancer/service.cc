#include "service.hh"

#include <fmt/core.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "control.hh"
#include "daemon/error.hh"
#include "daemon/notify.hh"
#include "daemon/privileges.hh"
#include "daemon/signals.hh"
#include "net/inherited_sockets.hh"
#include "net/resolve.hh"
#include "net/socket_file.hh"
#include "reload.hh"
#include "status_page.hh"

namespace waymark::balancer {

namespace {

using daemon::Deadline;
using daemon::UsageError;
using net::Listener;

// Bound before the rights are dropped.
struct Doors {
    std::vector<Listener> clients;
    std::optional<Listener> status;
    std::optional<Listener> control;
    std::vector<net::SocketFile> files;  // of those that we bound
};

// What a service manager hands over takes the place of --listen, and one that is called "status" of
// --status.
Doors open_doors(const Options& options) {
    Doors doors;
    for (net::InheritedSocket& inherited : net::take_inherited_sockets()) {
        Listener listener = Listener::adopt(std::move(inherited.socket));
        if (inherited.name == "status")
            doors.status.emplace(std::move(listener));
        else
            doors.clients.push_back(std::move(listener));
    }
    const auto bind = [&doors](const net::Address& address) {
        Listener listener(address);
        doors.files.emplace_back(listener.address());
        return listener;
    };
    if (doors.clients.empty())
        for (const net::Address& address : options.listen) doors.clients.push_back(bind(address));
    if (doors.clients.empty())
        throw UsageError(
            "where shall clients come? say --listen ADDRESS:PORT; balancer --help "
            "shows the options");
    if (!doors.status && options.status) doors.status.emplace(bind(*options.status));
    if (!options.control.empty())
        doors.control.emplace(bind(net::Address::parse("unix:" + options.control)));
    return doors;
}

// Two descriptors for a connection, and two for each pipe: with the usual 1024, five hundred
// clients are enough to run out.
void allow_descriptors(std::size_t connections, daemon::Log& log) {
    const rlim_t wanted = connections * 4 + 200;
    rlimit limit;
    daemon::check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    daemon::check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    if (limit.rlim_cur < wanted)
        log.warning("{} descriptors are allowed, {} connections may need {}: raise LimitNOFILE",
                    limit.rlim_cur, connections, wanted);
}

class Service final : private net::EventLoop::Watcher {
  public:
    Service(const Options& options, const ReadOptions& read_again, daemon::Log& log)
        : options_(options),
          log_(log),
          back_ends_(loop_, log, make_policy(options.policy), options.health),
          balancer_(loop_, log, back_ends_, options.transfer, options.balancer),
          read_again_(read_again) {
        loop_.add(signals_.fd(), EPOLLIN, *this);
        balancer_.when_stopped([this] { loop_.stop(); });
    }
    ~Service() { loop_.remove(signals_.fd(), *this); }

    void run() {
        Doors doors = open_doors(options_);
        const std::vector<net::SocketFile> files = std::move(doors.files);
        for (const BackEndText& text : options_.back_ends) add(text);
        allow_descriptors(options_.balancer.connections, log_);
        // Before there is a thread: rights are each thread's own.
        if (!options_.user.empty()) daemon::drop_permanently(options_.user);
        open(std::move(doors));
        notifier_.send("READY=1");
        loop_.run();
        // With another user's rights they may be out of reach: the next start replaces them.
        for (const net::SocketFile& file : files) file.remove();
    }

  private:
    // Blocks: nobody is served yet.
    void add(const BackEndText& text) {
        const net::ResolveResult found = net::resolve_host_and_port(text.name);
        if (found.status != net::ResolveStatus::done)
            throw UsageError(fmt::format("--backend {}: {}", text.name, found.error));
        back_ends_.add(text, found.addresses);
    }

    static void tell_addresses(const Doors& doors) {
        for (const Listener& listener : doors.clients)
            fmt::print("clients: {}\n", listener.address().to_string());
        if (doors.status) fmt::print("status: http://{}/\n", doors.status->address().to_string());
        if (doors.control) fmt::print("control: {}\n", doors.control->address().unix_path());
        std::fflush(stdout);
    }

    void open(Doors doors) {
        tell_addresses(doors);
        pool_.emplace(1, 16);
        reload_.emplace(loop_, log_, *pool_, balancer_, back_ends_, options_, read_again_);
        prober_.emplace(loop_, log_, back_ends_, options_.probe);
        for (Listener& listener : doors.clients) balancer_.accept_on(std::move(listener));
        if (doors.status) {
            page_.emplace(loop_, balancer_, back_ends_, options_.policy);
            page_->accept_on(std::move(*doors.status));
        }
        if (doors.control)
            control_.emplace(loop_, log_, back_ends_, *pool_, std::move(*doors.control));
    }

    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (const std::optional<int> signal = signals_.next()) {
            took = true;
            if (*signal == SIGHUP)
                reload_->begin();
            else
                stop();
        }
        return took;
    }

    // The first signal lets those who are there finish; the second one does not wait.
    void stop() {
        const bool is_second = std::exchange(is_stopping_, true);
        log_.notice("stopping: {} connections are open", balancer_.connections());
        notifier_.send("STOPPING=1");
        const auto now = Deadline::Clock::now();
        const Deadline deadline = is_second ? Deadline(now) : Deadline::after(options_.stop, now);
        if (control_) control_->stop();
        if (page_) page_->stop(Deadline(now));
        balancer_.stop(deadline);
    }

    const Options& options_;
    daemon::Log& log_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGHUP};
    daemon::ServiceNotifier notifier_ = daemon::ServiceNotifier::from_environment();
    net::EventLoop loop_;
    std::optional<daemon::ThreadPool> pool_;  // looks names up; behind the loop, which it tells
    BackEnds back_ends_;
    std::optional<Prober> prober_;
    Balancer balancer_;
    ReadOptions read_again_;
    std::optional<Reload> reload_;
    std::optional<StatusPage> page_;
    std::optional<Control> control_;
    bool is_stopping_ = false;
};

}  // namespace

int serve(const Options& options, const ReadOptions& read_again) {
    daemon::ignore_sigpipe();
    daemon::Log log(options.log);
    Service service(options, read_again, log);
    service.run();
    return daemon::kExitOk;
}

}  // namespace waymark::balancer
