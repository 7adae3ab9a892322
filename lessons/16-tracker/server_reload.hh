// `tracker reload` and SIGHUP: the configuration is read again, and certificate and key with it.
// All of it is taken or nothing is; so first the web app is asked whether it can serve with the new
// files, and then all services get the new settings, and receivers that serve by TLS the files.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/log.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "services/listening_sockets.hh"
#include "services/service_group.hh"
#include "services/web_identity.hh"
#include "settings.hh"

namespace waymark::tracker {

class ServerReload {
  public:
    // All must outlive it.
    struct Parts {
        net::EventLoop& loop;
        daemon::Log& log;
        ServiceGroup& services;
        ListeningSockets& sockets;  // whose identity is that of the last reload which was good
        WebIdentity& identity;
        const std::function<ReadAgain()>& read_again;
    };
    explicit ServerReload(Parts parts) : parts_(parts), answered_(parts.loop) {}

    // Opens the log anew, too. "ok", with the keys of what takes a new start, or why the old
    // configuration stays; a second line if the log could not be opened.
    net::Task<std::string> run();

    // The web app's answer: "NUMBER WORDS".
    void hear_identity(std::string_view answer);

  private:
    net::Task<std::string> take_identity();
    void tell_receivers() const;

    Parts parts_;
    net::Notice answered_;
    std::uint64_t asked_ = 0;
    std::uint64_t answered_number_ = 0;
    std::string answer_;
};

}  // namespace waymark::tracker
