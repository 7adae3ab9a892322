#include "web_app/track_files_api.hh"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/error.hh"
#include "formats/track_export.hh"
#include "services/import_changes.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/changed_device.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::BodyPart;
using net::http::Completion;

namespace {

constexpr std::chrono::seconds kPatienceWithTaker{10};
constexpr std::size_t kHandedOnAtOnce = 600;

DeviceNumber device_in_path(std::string_view text) {
    DeviceNumber number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

const TrackFormat* format_in(Query& query, bool is_written) {
    const std::string_view name = query.text("format");
    const TrackFormat* const format = find_track_format(name);
    const bool is_right = format != nullptr && (!is_written || format->make_writer != nullptr);
    if (!is_right)
        query.refuse("the parameter 'format' must be one of " + list_of_track_formats(is_written));
    return format;
}

// Counts while it lives.
class OneExport {
  public:
    explicit OneExport(std::size_t& count) : count_(count) { ++count_; }
    OneExport(const OneExport&) = delete;
    OneExport& operator=(const OneExport&) = delete;
    ~OneExport() { --count_; }

  private:
    std::size_t& count_;
};

// A piece at a time, whatever ends its request.
class BusyUpload {
  public:
    BusyUpload(TrackUploads& uploads, TrackUpload& upload) : uploads_(uploads), upload_(upload) {
        upload_.is_busy = true;
    }
    BusyUpload(const BusyUpload&) = delete;
    BusyUpload& operator=(const BusyUpload&) = delete;
    ~BusyUpload() {
        upload_.is_busy = false;
        uploads_.note(upload_);
    }

  private:
    TrackUploads& uploads_;
    TrackUpload& upload_;
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

struct TrackFilesApi::Piece {
    std::uint64_t upload = 0;
    std::uint64_t at = 0;
    bool is_last = false;
    const TrackFormat* format = nullptr;
    int status = 200;
    std::string error;  // why the file, or this piece, cannot go on
    bool file_ends = false;
    bool is_lost = false;
};

void TrackFilesApi::add_routes(Routes& routes) {
    routes.get("/api/devices/{}/export", [this](Exchange& exchange, Viewer viewer) {
        return Completion(export_track(exchange, std::move(viewer)));
    });
    routes.post_stream("/api/devices/{}/import", kLongestPiece,
                       [this](Exchange& exchange, Viewer viewer) {
                           return Completion(import_piece(exchange, std::move(viewer)));
                       });
}

net::Task<> TrackFilesApi::export_track(Exchange& exchange, Viewer viewer) {
    const DeviceNumber device = device_in_path(exchange.parameters[0]);
    Query query(exchange.request.query);
    const TrackFormat* const format = format_in(query, true);
    TrackExport::Choice choice;
    choice.device = device;
    choice.from = query.number_or("from", 0, kEndOfTime, 0);
    choice.to = query.number_or("to", choice.from, kEndOfTime, kEndOfTime);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (device == 0 || !viewer.may_see(device)) {
        answer_error(exchange, 404, "there is no such device");
        co_return;
    }
    if (exports_ >= kMostExports) {
        answer_later(exchange, "Too many files are being written. Try again.",
                     std::chrono::seconds(5));
        co_return;
    }
    const OneExport one(exports_);
    std::function<std::optional<std::string>(Reader&)> ask_name = [device](Reader& reader) {
        return name_of_device(reader, device);
    };
    const std::optional<std::optional<std::string>> name =
        co_await reads_.ask(exchange, std::move(ask_name));
    if (!name) co_return;
    if (!*name) {
        answer_error(exchange, 404, "there is no such device");
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
    ExportSlice slice;
    do {
        std::function<ExportSlice(Reader&)> work = [track](Reader& reader) {
            ExportSlice next;
            next.more = track->add_slice(reader, next.text);
            return next;
        };
        std::optional<ExportSlice> next = co_await reads_.ask(exchange, std::move(work));
        if (!next) co_return;
        slice = *std::move(next);
        exchange.answer.piece(slice.text);
        const bool is_there = co_await exchange.flush(kPatienceWithTaker);
        if (!is_there) co_return;
    } while (slice.more);
    exchange.answer.last_piece();
}

std::shared_ptr<TrackUpload> TrackFilesApi::upload_of(Exchange& exchange, const Viewer& viewer,
                                                      Piece& piece) {
    const DeviceNumber device = device_in_path(exchange.parameters[0]);
    Query query(exchange.request.query);
    piece.upload = static_cast<std::uint64_t>(query.number_or("upload", 0, INT64_MAX, 0));
    piece.at = static_cast<std::uint64_t>(query.number_or("at", 0, INT64_MAX, 0));
    piece.is_last = query.number_or("last", 0, 1, 0) == 1;
    if (query.find("format")) piece.format = format_in(query, false);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        return nullptr;
    }
    if (!may_change_or_refuse(exchange, viewer, device, AnyDevice::refused)) return nullptr;
    const bool is_first = piece.upload == 0;
    const std::shared_ptr<TrackUpload> upload =
        is_first ? uploads_.begin(viewer.user, device, piece.format)
                 : uploads_.find(piece.upload, viewer.user, device);
    if (upload == nullptr && is_first)
        answer_later(exchange, "Too many files are being imported. Try again.",
                     std::chrono::seconds(10));
    else if (upload == nullptr)
        answer_error(exchange, 404, "This upload is over, or was forgotten. Begin again.");
    else if (upload->is_busy)
        answer_error(exchange, 409, "A piece of this file is being read still.");
    else if (upload->at != piece.at)
        answer_json(exchange, 409,
                    upload->to_json(false, "This piece does not begin where the last one ended."));
    else
        return upload;
    return nullptr;
}

net::Task<> TrackFilesApi::import_piece(Exchange& exchange, Viewer viewer) {
    Piece piece;
    const std::shared_ptr<TrackUpload> upload = upload_of(exchange, viewer, piece);
    if (upload == nullptr) co_return;
    const BusyUpload busy(uploads_, *upload);
    const bool is_there = co_await exchange.body->ask_for_body();
    if (!is_there) co_return;
    net::Task<> reading = read_body(exchange, viewer, *upload, piece);
    co_await reading;
    if (piece.is_lost) co_return;
    if (piece.error.empty() && piece.is_last) {
        try {
            upload->reader().end();
        } catch (const daemon::UsageError& error) {
            piece.status = 400;
            piece.error = error.what();
        }
        piece.file_ends = true;
    }
    const std::string problem = piece.error;
    const int status = piece.status;
    // What was read is stored, also when the rest cannot be.
    net::Task<> handing = hand_on(exchange, std::move(viewer), *upload, piece, piece.file_ends);
    co_await handing;
    if (piece.error.empty() || !problem.empty()) {
        piece.error = problem;
        piece.status = status;
    }
    const bool is_over = piece.file_ends && piece.status != 503;
    if (is_over) uploads_.end(upload->id);
    answer_json(exchange, piece.status,
                upload->to_json(is_over && piece.error.empty(), piece.error));
}

net::Task<> TrackFilesApi::read_body(Exchange& exchange, Viewer viewer, TrackUpload& upload,
                                     Piece& piece) {
    for (;;) {
        const BodyPart part = co_await exchange.body->read_part();
        if (part.kind == BodyPart::Kind::end) co_return;
        if (part.kind == BodyPart::Kind::lost) {
            piece.is_lost = true;
            co_return;
        }
        if (part.kind == BodyPart::Kind::refused) {
            piece.status = part.status;
            piece.error = "The piece did not come whole.";
            co_return;
        }
        std::string_view bytes = part.bytes;
        upload.at += bytes.size();
        try {
            if (upload.at > longest_file_) {
                piece.status = 413;
                throw daemon::UsageError(
                    fmt::format("the file is longer than the {} MB that this server takes (the "
                                "setting max-import); the command 'tracker import' takes any",
                                longest_file_ / 1'000'000));
            }
            upload.reader().read(bytes);
        } catch (const daemon::UsageError& error) {
            piece.file_ends = true;
            if (piece.status == 200) piece.status = 400;
            piece.error = error.what();
            co_return;
        }
        if (upload.points.waiting().size() < kHandedOnAtOnce) continue;
        net::Task<> handing = hand_on(exchange, viewer, upload, piece, false);
        co_await handing;
        if (!piece.error.empty()) co_return;
    }
}

// To the store, which answers after each part: so it is never given more than it can take.
net::Task<> TrackFilesApi::hand_on(Exchange& exchange, Viewer viewer, TrackUpload& upload,
                                   Piece& piece, bool is_last) {
    std::vector<Fix>& waiting = upload.points.waiting();
    std::size_t begin = 0;
    // Where nothing was stored there is nothing to tell.
    bool has_ended = !is_last || (waiting.empty() && upload.stored == 0);
    while (begin < waiting.size() || !has_ended) {
        std::size_t end = begin;
        const std::string batch = pack_import(waiting, end);
        has_ended = end == waiting.size();
        const bool tells_end = is_last && has_ended;
        std::string arguments =
            fmt::format(R"({{"device":{},"batch":"{}","last":{})", upload.device, batch, tells_end);
        if (tells_end) arguments += fmt::format(R"(,"stored_in_all":{})", upload.stored);
        arguments += '}';
        const ChangeDone done =
            co_await changes_.ask(exchange, viewer, "fixes.import", std::move(arguments));
        const nlohmann::json body = nlohmann::json::parse(done.body, nullptr, false);
        if (done.status != 200) {
            piece.status = done.status;
            piece.error = body.is_object() ? body.value("error", "") : "The store refused it.";
            break;
        }
        upload.stored += body.value("stored", std::int64_t{0});
        upload.already += body.value("already", std::int64_t{0});
        begin = end;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace waymark::tracker
