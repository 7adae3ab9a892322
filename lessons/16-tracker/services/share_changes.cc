#include "services/share_changes.hh"

#include <fmt/core.h>

#include <utility>

#include "protocols/time_text.hh"
#include "services/audited_change.hh"
#include "services/change_arguments.hh"
#include "store/share_links.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

// The web app reads the links where it reads the accounts.
ChangeResult shares_changed(std::string body = "{}") {
    ChangeResult result;
    result.accounts = true;
    result.body = std::move(body);
    return result;
}

ShareLink read_share_link(ChangeArguments& arguments, UnixMillis now) {
    ShareLink link;
    link.made_ms = now;
    link.device = arguments.device();
    link.name = arguments.text("name");
    link.is_live = arguments.flag("live");
    link.ends_ms = arguments.number("until", 0, kEndOfTime);
    link.from_ms = now;
    if (!link.is_live || arguments.has("from"))
        link.from_ms = arguments.number("from", 0, kEndOfTime);
    link.to_ms = link.is_live ? link.ends_ms : arguments.number("to", 0, kEndOfTime);
    if (arguments.has("battery")) link.with_battery = arguments.flag("battery");
    return link;
}

ChangeResult add_share(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    ShareLink link = read_share_link(arguments, now);
    arguments.end();
    link.by = request.by;
    link.by_name = request.by_name;
    const std::string secret = make_token();
    link.secret = hash_token(secret);
    ShareLinks links(connection);
    const ShareNumber number = links.add(link);
    note_change(connection, request, now, "shared by link",
                fmt::format("{}, until {}", links.about(number), format_time(link.ends_ms)));
    return shares_changed(fmt::format(R"({{"share":{},"secret":"{}"}})", number, secret));
}

ShareNumber read_share_number(const ChangeRequest& request) {
    ChangeArguments arguments(request.arguments);
    const ShareNumber number = arguments.number("share", 1, ChangeArguments::kLastRow);
    arguments.end();
    return number;
}

ChangeResult end_share(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    const ShareNumber number = read_share_number(request);
    ShareLinks links(connection);
    links.end(number, now);
    note_change(connection, request, now, "share link ended", links.about(number));
    return shares_changed();
}

// Nobody need read the links anew for it.
ChangeResult note_share_look(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ShareLinks(connection).note_look(read_share_number(request), now);
    return {};
}

constexpr NamedChange kShareChanges[] = {
    {"share.add", add_share}, {"share.end", end_share}, {"share.looked", note_share_look}};

}  // namespace

std::span<const NamedChange> share_changes() {
    return kShareChanges;
}

}  // namespace waymark::tracker
