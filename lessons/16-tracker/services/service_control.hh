// A service's side of its channel to the supervisor: the supervisor hands it its peers, tells it to
// stop or to take new settings, and asks for its counters. When the supervisor is gone the service
// ends at once: nobody would restart it, and a second server may be about to start. A service that
// has no memory for a peer or for new settings ends, too: it is started anew with both.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/channel.hh"
#include "daemon/log.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/identity_files.hh"
#include "services/messages.hh"
#include "services/process_memory.hh"
#include "settings.hh"

namespace waymark::tracker {

class ServiceControl {
  public:
    struct Handlers {
        std::function<void(Peer peer, daemon::Channel channel)> on_peer;
        std::function<void()> on_stop;                               // finish, then end
        std::function<void(const ReloadableSettings&)> on_settings;  // read again
        // Read again, too; answers "", or why the old ones stay.
        std::function<std::string(const IdentityFiles&)> on_identity = {};
        std::function<void()> on_devices_changed;  // somebody edited them
        std::function<std::string()> counters;     // as a JSON object
        ProcessMemory memory = {};                 // told with the counters, as "memory_bytes"
        // What came of ask_for_figures(): the JSON of one service after another, "" at the end.
        std::function<void(std::string_view)> on_figures = {};
    };

    // `handlers` without a function ignore that message. Settings that were read again change the
    // level of the log before on_settings hears of them, and the file that came with them is the
    // log's from then on: a service may not open one itself.
    ServiceControl(net::EventLoop& loop, daemon::Channel channel, daemon::Log& log,
                   Handlers handlers);

    // Tells the supervisor that this service serves, and what it wants to say with it.
    void ready(std::string_view remark = {});
    // Answers on_devices_changed: whoever has to know them has been told.
    void confirm_devices();
    // Asks the supervisor how all services do; false if it is gone.
    bool ask_for_figures() { return link_.send(write_empty(MessageKind::figures)); }
    // Whether the loop ended because the supervisor is gone.
    bool supervisor_is_gone() const { return link_.is_closed(); }

  private:
    void heard(std::string_view message, daemon::Fd descriptor);
    void read_again(std::string_view text, const daemon::Fd& log_file);
    void tell_counters();
    void take_identity(daemon::Fd key, std::string_view number);

    net::EventLoop& loop_;
    daemon::Log& log_;
    Handlers handlers_;
    daemon::Fd certificate_;  // came, and its key has not yet
    net::ChannelLink link_;
};

}  // namespace waymark::tracker
