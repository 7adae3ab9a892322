// One service of a group, as far as the group knows it. For service_group.cc.

#pragma once

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/supervisor.hh"
#include "services/service_group.hh"

namespace waymark::tracker {

// A crash loop must not burn the machine, nor a fault that has passed cost a minute.
inline constexpr daemon::ServiceTimes kServiceTimes{.longest_back_off =
                                                        std::chrono::milliseconds(4000)};

struct ServiceGroup::Service {
    Service(ServiceGroup& owner, ServiceKind its_kind, std::uint16_t its_number)
        : group(owner),
          kind(its_kind),
          number(its_number),
          supervisor(kServiceTimes),
          timer(owner.loop_.timers(),
                [this] { group.handle(*this, daemon::ServiceEvent::timer); }) {}

    std::string name() const {
        return kind == ServiceKind::receiver ? fmt::format("receiver {}", number)
                                             : std::string(name_of(kind));
    }

    ServiceGroup& group;
    ServiceKind kind;
    std::uint16_t number;
    daemon::Supervisor supervisor;
    net::Timer timer;
    int id = 0;  // in the host; 0 while it does not run
    int starts = 0;
    std::unique_ptr<net::ChannelLink> control;
    std::string counters = "{}";
    bool counters_wanted = false;
    Failure last_words;
};

}  // namespace waymark::tracker
