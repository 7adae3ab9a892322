// All services of one tracker: starts them, hands them their peers, starts them again when they
// end, stops them in the order in which data flows. What to do when is decided by a table
// (daemon/supervisor), one for each service; here it is done.
//
// Two services meet through a channel that is made for this pair whenever one of them has started:
// a new one cannot be confused by what its predecessor left half read.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/log.hh"
#include "daemon/supervisor.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "services/listening_sockets.hh"
#include "services/service.hh"
#include "services/service_host.hh"
#include "settings.hh"

namespace waymark::tracker {

class ServiceGroup {
  public:
    struct Handlers {
        std::function<void()> on_all_up;     // the first time only
        std::function<void()> on_all_ended;  // after stop(), or when it gave up
        std::function<void(std::string_view answer)> on_identity_taken = {};  // by the web app
        std::function<void()> on_figures_wanted = {};                         // the same
    };

    // Why a service could not be started, in its own words, and the exit code that it chose.
    struct Failure {
        int exit_code = 0;
        std::string reason;
    };

    // `keep_open` are descriptors that every service process keeps, such as the pid file's. The log
    // is none of them: a service opens its own, and is sent the file that reload() finds. The loop,
    // the sockets and the log must outlive the group.
    ServiceGroup(net::EventLoop& loop, Settings settings, const ListeningSockets& sockets,
                 daemon::Log& log, std::vector<int> keep_open, Handlers handlers);
    ServiceGroup(const ServiceGroup&) = delete;
    ServiceGroup& operator=(const ServiceGroup&) = delete;
    ~ServiceGroup();

    // All of them; the demo, if there is one, when the others are up.
    void start();
    // The demo first, then the receivers, so that nothing new comes in; then the web app, which
    // reads the log that the store, the last one, empties. A second call ends everything at once.
    void stop();
    bool is_stopping() const { return stopping_; }

    // To be called when the log has been opened again: its file goes to all services.
    void reload(const ReloadableSettings& settings);
    // The channels to the services of this kind that run.
    std::vector<net::ChannelLink*> links_to(ServiceKind kind) const;
    // To the first of them; null if there is none.
    net::ChannelLink* link_to(ServiceKind kind) const {
        const std::vector<net::ChannelLink*> links = links_to(kind);
        return links.empty() ? nullptr : links.front();
    }
    // Has the store look at the devices again; true when the receivers have been told.
    net::Task<bool> devices_changed();
    // To be called on SIGCHLD. A service's last words came before its end, so they are read first.
    void reap() {
        loop_.post([this] { host_->reap(); });
    }
    // Whether the store has said so when it came up.
    bool has_no_accounts() const { return has_no_accounts_; }
    // If it gave up.
    const std::optional<Failure>& failure() const { return failure_; }

    // Asks all services for their counters and waits for them, a second at most. A JSON array.
    net::Task<std::string> describe();
    // The same, one by one.
    net::Task<std::vector<std::string>> describe_each();
    // Asks in the same way, waits as long as `patience`, and names those that run and have not
    // answered, as "store, web app"; "" if there are none. One that does not run has the supervisor
    // to see to it.
    net::Task<std::string> silent_services(std::chrono::milliseconds patience);

  private:
    struct Service;

    void add(ServiceKind kind, std::uint16_t number);
    void handle(Service& service, daemon::ServiceEvent event);
    void act(Service& service, daemon::ServiceAction action);
    void spawn(Service& service);
    std::unique_ptr<ServiceStart> prepare(Service& service, daemon::Channel control) const;
    void introduce(Service& newcomer);
    void connect(Service& a, Service& b);
    void heard(Service& service, std::string_view message);
    void note_ready();
    void ended(int id, const std::string& how);
    void report_end(Service& service, const std::string& how);
    void continue_stop();
    net::Task<void> ask_for_counters(std::chrono::milliseconds patience);
    std::string describe(const Service& service) const;

    net::EventLoop& loop_;
    Settings settings_;
    const ListeningSockets& sockets_;
    daemon::Log& log_;
    std::vector<int> keep_open_;
    Handlers handlers_;
    net::Notice counted_;
    net::Notice devices_told_;
    std::uint64_t devices_answers_ = 0;
    std::vector<std::unique_ptr<Service>> services_;
    bool were_all_up_ = false;
    bool has_no_accounts_ = false;
    bool stopping_ = false;
    std::optional<Failure> failure_;
    bool ended_told_ = false;
    std::unique_ptr<ServiceHost> host_;  // last: its threads end before what they use
};

}  // namespace waymark::tracker
