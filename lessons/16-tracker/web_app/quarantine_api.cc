#include "web_app/quarantine_api.hh"

#include <fmt/core.h>

#include <iterator>
#include <limits>
#include <utility>

#include "protocols/extras.hh"
#include "store/quarantine.hh"
#include "store/store.hh"
#include "web_app/answers.hh"
#include "web_app/changed_device.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr int kRowsOfAPage = 50;
constexpr std::size_t kLongestRequest = 1024;
constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

QuarantineChoice read_choice(Query& query) {
    QuarantineChoice choice;
    choice.device = static_cast<DeviceNumber>(
        query.number_or("device", 1, std::numeric_limits<DeviceNumber>::max(), 0));
    choice.number = query.number_or("number", 1, kAnyNumber, 0);
    return choice;
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
    out += fmt::format(",\"{}\":", key);
    append_json_string(out, text);
}

// Whether text shows all of it: printable ASCII, and line ends.
bool is_plain(std::string_view raw) {
    for (const char letter : raw)
        if ((letter < ' ' || letter > '~') && letter != '\n' && letter != '\r') return false;
    return true;
}

void append_raw(std::string& out, std::string_view raw) {
    const std::string_view shown = raw.substr(0, QuarantineApi::kMostRaw);
    out += fmt::format(R"(,"size":{})", raw.size());
    append_text(out, "raw", shown);
    if (is_plain(shown)) return;
    out += R"(,"hex":")";
    for (const char letter : shown)
        fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(letter));
    out += '"';
}

std::string number_or_null_text(std::int64_t number) {
    return number == 0 ? "null" : std::to_string(number);
}

std::string read_page(Reader& reader, const QuarantineChoice& choice, std::int64_t below) {
    const auto rows = reader.quarantine(choice, kRowsOfAPage, below);
    std::string list;
    for (const QuarantineRow& row : rows) {
        list += fmt::format(R"({}{{"number":{},"received":{},"device":{},"position":{})",
                            list.empty() ? "" : ",", row.number, row.received_ms, row.point.device,
                            row.point.index);
        append_text(list, "name", row.device_name);
        append_text(list, "protocol", to_text(row.point.source));
        append_text(list, "reason", row.point.reason);
        append_raw(list, row.point.raw);
        list += '}';
    }
    const bool is_full = rows.size() == kRowsOfAPage;
    return fmt::format(R"({{"points":[{}],"below":{},"bytes":{},"room":{}}})", list,
                       number_or_null_text(is_full ? rows.back().number : 0),
                       reader.quarantine_bytes(), Store::kQuarantineRoom);
}

}  // namespace

void QuarantineApi::add_routes(Routes& routes) {
    routes.get("/api/quarantine", [this](Exchange& exchange, Viewer viewer) {
        return Completion(list(exchange, std::move(viewer)));
    });
    for (const char* action : {"replay", "delete"})
        routes.post(
            fmt::format("/api/quarantine/{}", action), kLongestRequest,
            [this, name = fmt::format("quarantine.{}", action)](Exchange& exchange, Viewer viewer) {
                if (!may_change_named_device(exchange, viewer, AnyDevice::for_admins))
                    return net::http::answered();
                return Completion(changes_.answer(exchange, std::move(viewer), name));
            });
}

net::Task<> QuarantineApi::list(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const QuarantineChoice choice = read_choice(query);
    const std::int64_t below = query.number_or("below", 1, kAnyNumber, 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (!may_change_or_refuse(exchange, viewer, choice.device, AnyDevice::for_admins)) co_return;
    std::function<std::string(Reader&)> work = [choice, below](Reader& reader) {
        return read_page(reader, choice, below);
    };
    const std::optional<std::string> body = co_await reads_.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

}  // namespace waymark::tracker
