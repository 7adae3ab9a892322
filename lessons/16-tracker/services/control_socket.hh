// How `tracker status`, `reload` and the device commands speak with a running server: a Unix socket
// in its data folder that only the owner can open. One line asks, the answer ends with the
// connection.
//
//     status      what runs, and its counters, as JSON
//     reload      read the configuration again; "ok", and the keys that take a new start; then a
//                 line kLogIsOld if the log could not be opened again; or what is wrong with it
//     devices     the devices were edited; "ok"

#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/deadline.hh"
#include "net/acceptor.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/task.hh"
#include "net/task_group.hh"

namespace waymark::tracker {

inline constexpr std::string_view kLogIsOld = "the log is the old file\n";

class ControlSocket {
  public:
    // Gives the answer to a request. The request stays in place until the answer is there.
    using Answer = std::function<net::Task<std::string>(std::string_view request)>;

    ControlSocket(net::EventLoop& loop, net::Listener listener, Answer answer);

  private:
    net::Task<> converse(daemon::Fd socket);

    net::EventLoop& loop_;
    Answer answer_;
    net::Acceptor acceptor_;
    net::TaskGroup conversations_;
};

// Asks the server that uses `path`. Nothing if no server answers there before the deadline.
std::optional<std::string> ask_server(const std::string& path, std::string_view request,
                                      daemon::Deadline deadline);

// The process that listens at `path`, by the word of the kernel (unix(7), SO_PEERCRED). Nothing if
// none does.
std::optional<pid_t> listening_process(const std::string& path, daemon::Deadline deadline);

}  // namespace waymark::tracker
