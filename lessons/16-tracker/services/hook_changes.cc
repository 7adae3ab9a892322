#include "services/hook_changes.hh"

#include <fmt/core.h>

#include <utility>

#include "services/audited_change.hh"
#include "services/change_arguments.hh"
#include "services/web_hook_signature.hh"
#include "services/web_hook_url.hh"
#include "store/web_hooks.hh"

namespace waymark::tracker {

namespace {

ChangeResult hooks_changed(std::string body = "{}") {
    ChangeResult result;
    result.places = true;
    result.body = std::move(body);
    return result;
}

HookNumber read_hook_number(const ChangeRequest& request) {
    ChangeArguments arguments(request.arguments);
    const HookNumber number = arguments.number("hook", 1, ChangeArguments::kLastRow);
    arguments.end();
    return number;
}

ChangeResult add_hook(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    WebHook hook{.by = request.by,
                 .url = arguments.text("url"),
                 .secret = make_hook_secret(),
                 .made_ms = now};
    if (arguments.has("place"))
        hook.place = arguments.number("place", 1, ChangeArguments::kLastRow);
    arguments.end();
    const net::http::HttpUrl url = parse_hook_url(hook.url);
    const HookNumber number = WebHooks(connection).add(hook);
    // The host and no more of the address: what follows may be a secret of the receiver's.
    note_change(connection, request, now, "web hook added", url.authority);
    return hooks_changed(
        fmt::format(R"({{"hook":{},"secret":"{}"}})", number, hook_secret_text(hook.secret)));
}

ChangeResult remove_hook(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    const HookNumber number = read_hook_number(request);
    WebHooks(connection).remove(number, request.by);
    note_change(connection, request, now, "web hook removed", fmt::format("number {}", number));
    return hooks_changed();
}

ChangeResult test_hook(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    WebHooks(connection).test(read_hook_number(request), request.by, now);
    return hooks_changed();
}

constexpr NamedChange kHookChanges[] = {
    {"hook.add", add_hook}, {"hook.remove", remove_hook}, {"hook.test", test_hook}};

}  // namespace

std::span<const NamedChange> hook_changes() {
    return kHookChanges;
}

}  // namespace waymark::tracker
