#include "services/place_news.hh"

#include <exception>
#include <utility>

#include "store/web_hooks.hh"

namespace waymark::tracker {

void PlaceNews::write(UnixMillis now) {
    if (!watch_.has_noted()) return;
    try {
        store_.also([&](Connection& connection) {
            events_ = watch_.write(connection, store_.sequence(), now);
            WebHooks(connection).queue(events_, now);
        });
        told_.clear();
    } catch (const std::exception& error) {
        events_.clear();
        watch_.forget();
        if (std::exchange(told_, error.what()) != error.what())
            log_.warning("who comes and goes is not written: {}", error.what());
    }
}

std::vector<PlaceEvent> PlaceNews::take(bool is_durable) {
    if (is_durable) return std::exchange(events_, {});
    events_.clear();
    watch_.forget();
    return {};
}

}  // namespace waymark::tracker
