// Where services run: each in a process of its own, or all of them in threads of this one
// (--one-process). Processes are the normal way: a crash, a leak or a hostile message in one leaves
// the others as they are. Threads are for small machines and debuggers.

#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/children.hh"
#include "net/event_loop.hh"

namespace waymark::tracker {

class ServiceHost {
  public:
    using Body = std::function<int()>;
    // `how` it ended, in words: "exit status 3", "killed by signal 9 (Killed)".
    using Ended = std::function<void(int id, const std::string& how)>;

    virtual ~ServiceHost() = default;

    // Runs `body`; the id names it in Ended. A process keeps the descriptors in `keep` and no other
    // above 2. Throws std::system_error if the system gives no process or thread.
    virtual int start(Body body, std::vector<int> keep) = 0;
    // Ends it without asking.
    virtual void kill(int id) = 0;
    // The process that it runs in.
    virtual pid_t process_of(int id) const = 0;
    // To be called on SIGCHLD.
    virtual void reap() {}
};

// `ended` is called on `loop`'s thread, and never from within start().
std::unique_ptr<ServiceHost> make_process_host(ServiceHost::Ended ended);
std::unique_ptr<ServiceHost> make_thread_host(net::EventLoop& loop, ServiceHost::Ended ended);

}  // namespace waymark::tracker
