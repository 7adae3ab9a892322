#include "web_app/track_files_api.hh"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "protocols/json_reader.hh"
#include "services/import_changes.hh"
#include "store/retention.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/changed_device.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::BodyPart;
using net::http::Completion;

namespace {

constexpr std::size_t kHandedOnAtOnce = 600;

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

UnixMillis oldest_kept(Reader& reader, DeviceNumber number, UnixMillis now) {
    for (const Device& device : reader.devices())
        if (device.number == number && device.keep_days) return first_kept(*device.keep_days, now);
    return kOldestTime;
}

void end_by_problem(TrackUpload& upload, int status, std::string problem) {
    upload.has_ended = true;
    upload.problem_status = status;
    upload.problem = std::move(problem);
}

// Once: a reader that has ended cannot end again, and the last piece may come twice.
void end_file(TrackUpload& upload) {
    if (std::exchange(upload.has_ended, true)) return;
    try {
        upload.reader().end();
    } catch (const daemon::UsageError& error) {
        end_by_problem(upload, 400, error.what());
    }
}

}  // namespace

struct TrackFilesApi::Piece {
    DeviceNumber device = 0;
    std::uint64_t upload = 0;
    std::uint64_t at = 0;
    bool is_last = false;
    bool is_stop = false;
    const TrackFormat* format = nullptr;
    int status = 200;
    std::string error;  // why this piece cannot go on, and at the end why the file cannot
    bool is_lost = false;
};

void TrackFilesApi::add_routes(Routes& routes) {
    routes.get("/api/devices/{}/export", [this](Exchange& exchange, Viewer viewer) {
        return Completion(download_.answer(exchange, std::move(viewer)));
    });
    routes.post_stream("/api/devices/{}/import", kLongestPiece,
                       [this](Exchange& exchange, Viewer viewer) {
                           return Completion(import_piece(exchange, std::move(viewer)));
                       });
}

// False: the exchange has been answered.
bool TrackFilesApi::read_query(Exchange& exchange, const Viewer& viewer, Piece& piece) {
    piece.device = device_in_path(exchange.parameters[0]);
    Query query(exchange.request.query);
    piece.upload = static_cast<std::uint64_t>(query.number_or("upload", 0, INT64_MAX, 0));
    piece.at = static_cast<std::uint64_t>(query.number_or("at", 0, INT64_MAX, 0));
    piece.is_last = query.number_or("last", 0, 1, 0) == 1;
    piece.is_stop = query.number_or("stop", 0, 1, 0) == 1;
    if (query.find("format")) piece.format = format_in(query, Written::no);
    if (query.problem().empty())
        return may_change_or_refuse(exchange, viewer, piece.device, AnyDevice::refused);
    answer_error(exchange, 400, query.problem());
    return false;
}

std::shared_ptr<TrackUpload> TrackFilesApi::upload_of(Exchange& exchange, const Viewer& viewer,
                                                      const Piece& piece, UnixMillis oldest) {
    const bool is_first = piece.upload == 0;
    const std::shared_ptr<TrackUpload> upload =
        is_first ? uploads_.begin(viewer.user, piece.device, piece.format, oldest)
                 : uploads_.find(piece.upload, viewer.user, piece.device);
    if (upload == nullptr && is_first)
        answer_later(exchange, "Too many files are being imported. Try again.",
                     std::chrono::seconds(10));
    else if (upload == nullptr)
        answer_error(exchange, 404, "This upload was forgotten. Begin again.");
    else if (upload->is_over)
        answer_json(exchange, upload->problem.empty() ? 200 : upload->problem_status,
                    upload->to_json(upload->problem.empty(), upload->problem));
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
    if (!read_query(exchange, viewer, piece)) co_return;
    UnixMillis oldest = kOldestTime;
    if (piece.upload == 0) {
        std::function<UnixMillis(Reader&)> work = [device = piece.device,
                                                   now = unix_now()](Reader& reader) {
            return oldest_kept(reader, device, now);
        };
        const std::optional<UnixMillis> said = co_await reads_.ask(exchange, std::move(work));
        if (!said) co_return;
        oldest = *said;
    }
    const std::shared_ptr<TrackUpload> upload = upload_of(exchange, viewer, piece, oldest);
    if (upload == nullptr) co_return;
    const BusyUpload busy(uploads_, *upload);
    const bool is_there = co_await exchange.body->ask_for_body();
    if (!is_there) co_return;
    if (!upload->has_ended) {
        net::Task<> reading = read_body(exchange, viewer, *upload, piece);
        co_await reading;
    }
    if (piece.is_lost) co_return;
    if (piece.error.empty() && piece.is_last && !piece.is_stop) end_file(*upload);
    const bool file_ends = piece.is_stop || upload->has_ended;
    // What was read is stored, also when the rest cannot be.
    net::Task<> handing = hand_on(exchange, std::move(viewer), *upload, piece, file_ends);
    co_await handing;
    if (piece.error.empty() && !upload->problem.empty()) {
        piece.error = upload->problem;
        piece.status = upload->problem_status;
    }
    const bool is_over = file_ends && piece.status != 503;
    if (is_over) {
        upload->problem = piece.error;
        upload->problem_status = piece.status;
        uploads_.end(*upload);
    }
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
        if (upload.at > longest_file_) {
            end_by_problem(
                upload, 413,
                fmt::format("the file is longer than the {} MB that this server takes (the "
                            "setting max-import); the command 'tracker import' takes any",
                            longest_file_ / 1'000'000));
            co_return;
        }
        try {
            upload.reader().read(bytes);
        } catch (const daemon::UsageError& error) {
            end_by_problem(upload, 400, error.what());
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
        JsonReader in(done.body);
        JsonMembers said;
        std::string space;
        const bool is_read = said.read(in);
        if (done.status != 200 || !is_read) {
            piece.status = done.status == 200 ? 503 : done.status;
            piece.error = json_text(said["error"], space);
            break;
        }
        upload.stored += static_cast<std::int64_t>(json_number(said["stored"]).value_or(0));
        upload.already += static_cast<std::int64_t>(json_number(said["already"]).value_or(0));
        begin = end;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace waymark::tracker
