#include "services/refusal_report.hh"

#include <new>
#include <utility>

#include "services/refusal_messages.hh"

namespace waymark::tracker {

RefusalReport::RefusalReport(net::EventLoop& loop, Refusals& refusals, Tell tell)
    : loop_(loop),
      refusals_(refusals),
      tell_(std::move(tell)),
      timer_(loop.timers(), [this] { report(); }) {
    refusals_.when_noted([this] { plan(); });
}

void RefusalReport::plan() {
    if (std::exchange(is_planned_, true)) return;
    timer_.set(daemon::Deadline::after(kBetweenReports, loop_.now()));
}

// The list of news is bounded, so what waits for a store is too.
void RefusalReport::report() {
    is_planned_ = false;
    if (tell())
        refusals_.forget_news();
    else
        plan();
}

bool RefusalReport::tell() {
    try {
        for (const std::string& message : write_refused(refusals_.news()))
            if (!tell_(message)) return false;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

}  // namespace waymark::tracker
