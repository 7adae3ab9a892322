#include "services/quarantine_changes.hh"

#include <fmt/format.h>

#include <limits>

#include "daemon/error.hh"
#include "services/change_arguments.hh"
#include "store/quarantine.hh"

namespace waymark::tracker {

namespace {

constexpr std::int64_t kAnyRow = std::numeric_limits<std::int64_t>::max();

QuarantineChoice rows_in(ChangeArguments& arguments) {
    QuarantineChoice choice;
    if (arguments.has("device")) choice.device = arguments.device();
    if (arguments.has("number")) choice.number = arguments.number("number", 1, kAnyRow);
    return choice;
}

ChangeResult replay_rows(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const QuarantineChoice choice = rows_in(arguments);
    std::int64_t after = 0;
    if (arguments.has("after")) after = arguments.number("after", 0, kAnyRow);
    arguments.end();
    const Quarantine::Replayed replayed = Quarantine(connection).replay(choice, after);
    ChangeResult result;
    // Friends are told of new last places with the devices.
    result.fixes = result.devices = !replayed.fixes.empty();
    result.body =
        fmt::format(R"({{"moved":{},"kept":{},"after":{}}})", replayed.moved, replayed.kept,
                    replayed.next == 0 ? "null" : std::to_string(replayed.next));
    return result;
}

// All of it only where that is said: an argument that was forgotten must not empty it.
ChangeResult delete_rows(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const QuarantineChoice choice = rows_in(arguments);
    const bool all = arguments.has("all") && arguments.flag("all");
    arguments.end();
    if (choice.device == 0 && choice.number == 0 && !all)
        throw daemon::UsageError("say which: a 'device', a 'number', or 'all' as true");
    const std::int64_t removed = Quarantine(connection).remove_some(choice);
    ChangeResult result;
    result.body =
        fmt::format(R"({{"deleted":{},"done":{}}})", removed, removed < Quarantine::kDeletedAtOnce);
    return result;
}

constexpr NamedChange kQuarantineChanges[] = {{"quarantine.replay", replay_rows},
                                              {"quarantine.delete", delete_rows}};

}  // namespace

std::span<const NamedChange> quarantine_changes() {
    return kQuarantineChanges;
}

}  // namespace waymark::tracker
