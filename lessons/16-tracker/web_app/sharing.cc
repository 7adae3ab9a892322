#include "web_app/sharing.hh"

#include <fmt/core.h>

#include "services/changes.hh"
#include "unix_time.hh"

namespace waymark::tracker {

Sharing::Sharing(const Parts& parts)
    : keeper_(parts.keeper),
      announcements_(parts.announcements),
      live_(parts.loop, parts.feed, {}),
      makers_({parts.reads, parts.keeper, parts.changes}),
      holders_({parts.reads, parts.keeper, live_, parts.announcements, parts.guard}) {}

void Sharing::add_routes(Routes& routes) {
    makers_.add_routes(routes);
    holders_.add_routes(routes);
}

void Sharing::look_at_links() {
    ShareBook& links = keeper_.shares();
    const UnixMillis now = unix_now();
    live_.look_again([&](ShareNumber number) {
        const ShareLink* const link = links.by_number(number);
        return link != nullptr && link->is_open(now);
    });
    for (const ShareNumber number : links.take_looks()) {
        ChangeRequest look;
        look.name = "share.looked";
        look.arguments = fmt::format(R"({{"share":{}}})", number);
        announcements_.send(write(look));
    }
}

}  // namespace waymark::tracker
