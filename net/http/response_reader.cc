#include "net/http/response_reader.hh"

#include <charconv>
#include <optional>
#include <span>
#include <string>

namespace waymark::net::http {

namespace {

// Reads the parts of one answer in turn. Each part says what happened; anything but `complete` ends
// the reading.
class ResponseReader {
  public:
    ResponseReader(LineReader& reader, ResponseLimits limits, Deadline deadline, Response& response)
        : reader_(reader), limits_(limits), deadline_(deadline), response_(response) {}

    ResponseStatus read(std::string_view method) {
        for (int i = 0; i <= ResponseLimits::kMostInformational; ++i) {
            response_ = {};
            ResponseStatus status = read_status_line(i == 0);
            if (status == ResponseStatus::complete) status = read_fields();
            if (status != ResponseStatus::complete) return status;
            if (response_.status >= 200) return read_body(method);
        }
        return ResponseStatus::malformed;
    }

  private:
    ResponseStatus read_line() {
        const IoResult result = reader_.read_line(line_, ResponseLimits::kLongestLine, deadline_);
        switch (result.status) {
            case IoStatus::done:
                return ResponseStatus::complete;
            case IoStatus::timed_out:
                return ResponseStatus::timed_out;
            case IoStatus::too_long:
                return ResponseStatus::too_large;
            case IoStatus::end:
            case IoStatus::broken:
                break;
        }
        return ResponseStatus::cut;
    }

    ResponseStatus read_status_line(bool is_first) {
        const ResponseStatus status = read_line();
        if (status == ResponseStatus::cut && is_first && line_.empty() && reader_.surplus() == 0)
            return ResponseStatus::not_begun;
        if (status != ResponseStatus::complete) return status;
        return add_status_line(line_, response_);
    }

    ResponseStatus read_fields() {
        for (;;) {
            if (deadline_.expired()) return ResponseStatus::timed_out;
            const ResponseStatus status = read_line();
            if (status != ResponseStatus::complete) return status;
            if (line_.empty()) return ResponseStatus::complete;
            const ResponseStatus added = add_field(line_, response_);
            if (added != ResponseStatus::complete) return added;
        }
    }

    ResponseStatus read_body(std::string_view method) {
        const std::optional<ResponseBody> body = find_body(method, response_);
        if (!body) return ResponseStatus::malformed;
        switch (body->kind) {
            case ResponseBody::Kind::none:
                break;
            case ResponseBody::Kind::length:
                return read_data(body->length);
            case ResponseBody::Kind::chunked:
                return read_chunks();
            case ResponseBody::Kind::until_end:
                return read_until_end();
        }
        return ResponseStatus::complete;
    }

    // `size` more bytes of body.
    ResponseStatus read_data(std::size_t size) {
        if (size > limits_.body - response_.body.size()) return ResponseStatus::too_large;
        const std::size_t begin = response_.body.size();
        response_.body.resize(begin + size);
        const std::span<std::byte> room =
            std::as_writable_bytes(std::span<char>(response_.body).subspan(begin));
        if (room.empty()) return ResponseStatus::complete;
        const IoResult result = reader_.read_exactly(room, deadline_);
        if (result.status == IoStatus::timed_out) return ResponseStatus::timed_out;
        return result.status == IoStatus::done ? ResponseStatus::complete : ResponseStatus::cut;
    }

    ResponseStatus read_chunks() {
        for (;;) {
            // A peer that always has the next chunk ready must not carry us past it.
            if (deadline_.expired()) return ResponseStatus::timed_out;
            ResponseStatus status = read_line();
            if (status != ResponseStatus::complete) return status;
            std::size_t size = 0;
            const char* const end = line_.data() + line_.size();
            const auto [stop, error] = std::from_chars(line_.data(), end, size, 16);
            // What follows ';' is an extension, which nobody uses.
            if (error != std::errc() || (stop != end && *stop != ';'))
                return ResponseStatus::malformed;
            if (size == 0) return drop_trailer();
            status = read_data(size);
            if (status == ResponseStatus::complete) status = read_line();
            if (status != ResponseStatus::complete) return status;
            if (!line_.empty()) return ResponseStatus::malformed;
        }
    }

    // None of its fields may pass for one of the head's (RFC 9110, 6.5.1).
    ResponseStatus drop_trailer() {
        const std::size_t of_the_head = response_.fields.size();
        const ResponseStatus status = read_fields();
        response_.fields.resize(of_the_head);
        return status;
    }

    ResponseStatus read_until_end() {
        std::byte buffer[4096];
        for (;;) {
            if (deadline_.expired()) return ResponseStatus::timed_out;
            const IoResult result = reader_.read_some(buffer, deadline_);
            if (result.status == IoStatus::end) return ResponseStatus::complete;
            if (result.status == IoStatus::timed_out) return ResponseStatus::timed_out;
            if (result.status != IoStatus::done) return ResponseStatus::cut;
            if (result.count > limits_.body - response_.body.size())
                return ResponseStatus::too_large;
            response_.body.append(reinterpret_cast<const char*>(buffer), result.count);
        }
    }

    LineReader& reader_;
    ResponseLimits limits_;
    Deadline deadline_;
    Response& response_;
    std::string line_;
};

}  // namespace

ResponseStatus read_response(LineReader& reader, std::string_view method, ResponseLimits limits,
                             Deadline deadline, Response& response) {
    return ResponseReader(reader, limits, deadline, response).read(method);
}

}  // namespace waymark::net::http
