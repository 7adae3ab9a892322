// SIGHUP: the command line and the configuration file are read again, and what may change while we
// run is changed: access list, limits, times, and the back ends. Those that are new are added,
// those that are not named any more are removed; what a control command has added stays. If
// anything is wrong, the log says what, and all stays as it was. What a control command removes
// while names are looked up is gone until the next time.
//
// Addresses to listen on, the policy, probes, user and log stay as they are: another start is
// needed. A log file is opened anew, so that it can be rotated.

#pragma once

#include <set>
#include <string>

#include "back_ends.hh"
#include "balancer.hh"
#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"
#include "net/task_group.hh"
#include "options.hh"
#include "service.hh"

namespace waymark::balancer {

class Reload {
  public:
    // All must outlive it. `options` are those of the start.
    Reload(net::EventLoop& loop, daemon::Log& log, daemon::ThreadPool& pool, Balancer& balancer,
           BackEnds& back_ends, const Options& options, ReadOptions read_again);

    // One that is asked for while another one looks names up comes after it.
    void begin();

  private:
    net::Task<void> run();
    net::Task<void> take_over(Options options);

    net::EventLoop& loop_;
    daemon::Log& log_;
    daemon::ThreadPool& pool_;
    Balancer& balancer_;
    BackEnds& back_ends_;
    ReadOptions read_again_;
    std::set<std::string> configured_;  // names of back ends that come from the options
    bool is_asked_for_ = false;
    net::TaskGroup tasks_;  // at most one
};

}  // namespace waymark::balancer
