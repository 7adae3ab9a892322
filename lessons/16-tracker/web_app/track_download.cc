#include "web_app/track_download.hh"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "formats/track_export.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

using net::http::Exchange;

namespace {

constexpr std::chrono::seconds kPatienceWithTaker{10};
constexpr std::string_view kNoDevice = "there is no such device";

// Counts while it lives.
class OneDownload {
  public:
    explicit OneDownload(std::size_t& count) : count_(count) { ++count_; }
    OneDownload(const OneDownload&) = delete;
    OneDownload& operator=(const OneDownload&) = delete;
    ~OneDownload() { --count_; }

  private:
    std::size_t& count_;
};

struct ExportSlice {
    std::string text;
    bool more = false;
};

std::optional<std::string> name_of_device(Reader& reader, DeviceNumber number) {
    for (const Device& device : reader.devices())
        if (device.number == number) return device.name;
    return std::nullopt;
}

}  // namespace

DeviceNumber device_in_path(std::string_view text) {
    DeviceNumber number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

const TrackFormat* format_in(Query& query, Written written) {
    const bool is_written = written == Written::yes;
    const TrackFormat* const format = find_track_format(query.text("format"));
    if (format == nullptr || (is_written && format->make_writer == nullptr)) {
        query.refuse("the parameter 'format' must be one of " + list_of_track_formats(is_written));
        return nullptr;
    }
    return format;
}

net::Task<> TrackDownload::answer(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const TrackFormat* const format = format_in(query, Written::yes);
    TrackExport::Choice choice;
    choice.device = device_in_path(exchange.parameters[0]);
    choice.from = query.number_or("from", 0, kEndOfTime, 0);
    choice.to = query.number_or("to", choice.from, kEndOfTime, kEndOfTime);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (choice.device == 0 || !viewer.may_see(choice.device)) {
        answer_error(exchange, 404, kNoDevice);
        co_return;
    }
    if (count_ >= kMostAtOnce) {
        answer_later(exchange, "Too many files are being written. Try again.",
                     std::chrono::seconds(5));
        co_return;
    }
    const OneDownload one(count_);
    std::function<std::optional<std::string>(Reader&)> ask_name =
        [device = choice.device](Reader& reader) { return name_of_device(reader, device); };
    const std::optional<std::optional<std::string>> name =
        co_await reads_.ask(exchange, std::move(ask_name));
    if (!name) co_return;
    if (!*name) {
        answer_error(exchange, 404, kNoDevice);
        co_return;
    }
    choice.name = **name;
    begin_data(exchange, 200);
    exchange.answer.field("Content-Disposition",
                          fmt::format("attachment; filename=\"{}\"",
                                      name_of_export(*format, choice.name, choice.from)));
    exchange.answer.end_with_pieces(format->media_type);
    if (exchange.answer.is_head()) co_return;
    const auto track = std::make_shared<TrackExport>(*format, std::move(choice));
    for (bool more = true; more;) {
        std::function<ExportSlice(Reader&)> work = [track](Reader& reader) {
            ExportSlice next;
            next.more = track->add_slice(reader, next.text);
            return next;
        };
        const std::optional<ExportSlice> slice = co_await reads_.go_on(std::move(work));
        if (!slice) {
            exchange.give_up();
            co_return;
        }
        more = slice->more;
        exchange.answer.piece(slice->text);
        const bool is_there = co_await exchange.flush(kPatienceWithTaker);
        if (!is_there) co_return;
    }
    exchange.answer.last_piece();
}

}  // namespace waymark::tracker
