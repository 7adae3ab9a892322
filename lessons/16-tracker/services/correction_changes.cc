#include "services/correction_changes.hh"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "services/change_arguments.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

FixChoice choice_in(ChangeArguments& arguments) {
    FixChoice choice;
    choice.device = arguments.device();
    choice.from = arguments.number("from", 0, kEndOfTime);
    choice.to = arguments.number("to", choice.from, kEndOfTime);
    if (!arguments.has("box")) return choice;
    const std::optional<Box> box = parse_box(arguments.text("box"));
    if (!box) throw daemon::UsageError("'box' must be SOUTH,WEST,NORTH,EAST in degrees x 10^7");
    choice.box = *box;
    return choice;
}

std::vector<FixKey> keys_in(ChangeArguments& arguments) {
    std::vector<FixKey> keys;
    for (const std::string& text : arguments.texts("points")) {
        const std::optional<FixKey> key = parse_fix_key(text);
        if (!key)
            throw daemon::UsageError(
                "a point must be TIME,LATITUDE,LONGITUDE in ms and degrees x "
                "10^7");
        keys.push_back(*key);
    }
    return keys;
}

// Of the device that is named.
std::int64_t correction_in(Corrections& corrections, ChangeArguments& arguments) {
    const DeviceNumber device = arguments.device();
    return corrections.get_of(device, arguments.number("correction", 1, ChangeArguments::kLastRow))
        .number;
}

// Positions that others have been told of are not there any more, or are again: where friends are
// in the answers to phones is said anew, too.
ChangeResult told(const std::optional<Correction>& now, std::int64_t points, bool fixes_changed) {
    const bool is_done = !now || now->stage == CorrectionStage::done;
    ChangeResult result;
    result.fixes = result.devices = fixes_changed && is_done;
    result.body = fmt::format(R"({{"correction":{},"points":{},"done":{}}})",
                              now && now->number > 0 ? std::to_string(now->number) : "null",
                              now ? now->points : points, is_done);
    return result;
}

ChangeResult go_on_with(Corrections& corrections, std::int64_t number) {
    return told(corrections.go_on(number), 0, true);
}

ChangeResult hide_or_delete(CorrectionKind kind, Connection& connection,
                            const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    Corrections corrections(connection);
    if (!arguments.has("points")) {
        const FixChoice choice = choice_in(arguments);
        arguments.end();
        return go_on_with(corrections, corrections.begin(kind, choice, request.by_name, now));
    }
    const DeviceNumber device = arguments.device();
    const std::vector<FixKey> keys = keys_in(arguments);
    std::int64_t add_to = 0;
    if (arguments.has("correction"))
        add_to = arguments.number("correction", 1, ChangeArguments::kLastRow);
    arguments.end();
    const Correction made = corrections.take(kind, device, keys, request.by_name, now, add_to);
    return told(made, made.points, true);
}

ChangeResult hide_fixes(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    return hide_or_delete(CorrectionKind::hidden, connection, request, now);
}

ChangeResult delete_fixes(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    return hide_or_delete(CorrectionKind::deletion, connection, request, now);
}

ChangeResult delete_hidden(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    Corrections corrections(connection);
    const std::int64_t number = correction_in(corrections, arguments);
    arguments.end();
    corrections.begin_deleting(number);
    return go_on_with(corrections, number);
}

ChangeResult undo_correction(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    Corrections corrections(connection);
    const std::int64_t number = correction_in(corrections, arguments);
    arguments.end();
    corrections.begin_undo(number);
    return go_on_with(corrections, number);
}

ChangeResult go_on_correcting(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    Corrections corrections(connection);
    const std::int64_t number = correction_in(corrections, arguments);
    arguments.end();
    return go_on_with(corrections, number);
}

SpeedUnit unit_in(ChangeArguments& arguments, std::string_view name) {
    const std::optional<SpeedUnit> unit = parse_speed_unit(arguments.text(name));
    if (!unit)
        throw daemon::UsageError(
            fmt::format("'{}' must be one of default, knots, kmh, mps, mph", name));
    return *unit;
}

ChangeResult set_unit(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    const SpeedUnit unit = unit_in(arguments, "unit");
    arguments.end();
    Corrections(connection).set_unit(device, unit);
    ChangeResult result;
    result.devices = true;
    return result;
}

ChangeResult correct_speeds(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const FixChoice choice = choice_in(arguments);
    const SpeedUnit read_as = unit_in(arguments, "read_as");
    const SpeedUnit sent_as = unit_in(arguments, "sent_as");
    arguments.end();
    Corrections corrections(connection);
    return go_on_with(corrections,
                      corrections.begin_speeds(choice, read_as, sent_as, request.by_name, now));
}

constexpr NamedChange kCorrectionChanges[] = {
    {"correction.hide", hide_fixes},
    {"correction.delete", delete_fixes},
    {"correction.delete_hidden", delete_hidden},
    {"correction.undo", undo_correction},
    {"correction.go_on", go_on_correcting},
    {"correction.unit", set_unit},
    {"correction.speeds", correct_speeds},
};

}  // namespace

std::span<const NamedChange> correction_changes() {
    return kCorrectionChanges;
}

}  // namespace waymark::tracker
