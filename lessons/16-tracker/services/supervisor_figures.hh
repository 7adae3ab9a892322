// How all services do, for the web app, which asks for it: what each has counted, and of the
// supervisor itself its memory and the disk, which no service may ask for.

#pragma once

#include <chrono>
#include <string>

#include "net/event_loop.hh"
#include "net/task_group.hh"
#include "services/process_memory.hh"
#include "services/service_group.hh"

namespace waymark::tracker {

class SupervisorFigures {
  public:
    // Both must outlive it. `data_folder` is on the disk that is told.
    SupervisorFigures(net::EventLoop& loop, ServiceGroup& services, std::string data_folder)
        : loop_(loop), services_(services), data_folder_(std::move(data_folder)) {}

    // Asks all services, and tells the web app. A question that comes meanwhile has the same
    // answer.
    void tell();
    std::chrono::seconds uptime() const;

  private:
    net::Task<> ask_and_tell();
    std::string own() const;

    net::EventLoop& loop_;
    ServiceGroup& services_;
    const std::string data_folder_;
    const net::EventLoop::Clock::time_point started_ = net::EventLoop::Clock::now();
    const ProcessMemory memory_ = ProcessMemory::of_this_process();
    bool is_asking_ = false;
    net::TaskGroup tasks_;
};

}  // namespace waymark::tracker
