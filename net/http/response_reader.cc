#include "net/http/response_reader.hh"

#include <charconv>
#include <span>

#include "net/http/grammar.hh"
#include "net/http/message.hh"

namespace waymark::net::http {

namespace {

constexpr int kMostInformational = 16;

bool lists_close(std::string_view options) {
    while (const std::optional<std::string_view> option = next_in_list(options))
        if (same_name(*option, "close")) return true;
    return false;
}

// Reads the parts of one answer in turn. Each part says what happened; anything but `complete` ends
// the reading.
class ResponseReader {
  public:
    ResponseReader(LineReader& reader, ResponseLimits limits, Deadline deadline, Response& response)
        : reader_(reader), limits_(limits), deadline_(deadline), response_(response) {}

    ResponseStatus read(std::string_view method) {
        for (int i = 0; i < kMostInformational; ++i) {
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
        // "HTTP/1.1 200 OK"; the reason may be missing, and the space before it too.
        const std::string_view line = line_;
        constexpr std::string_view kVersion = "HTTP/1.";
        if (line.size() < 12 || line.substr(0, kVersion.size()) != kVersion ||
            !kDigits.has(line[7]) || line[8] != ' ' || (line.size() > 12 && line[12] != ' ') ||
            !kDigits.has_all(line.substr(9, 3)) || line[9] < '1' || line[9] > '5')
            return ResponseStatus::malformed;
        std::from_chars(line.data() + 9, line.data() + 12, response_.status);
        response_.keeps_alive = line[7] != '0';
        return ResponseStatus::complete;
    }

    ResponseStatus read_fields() {
        for (;;) {
            if (deadline_.expired()) return ResponseStatus::timed_out;
            const ResponseStatus status = read_line();
            if (status != ResponseStatus::complete) return status;
            if (line_.empty()) return ResponseStatus::complete;
            if (response_.fields.size() == ResponseLimits::kMostFields)
                return ResponseStatus::too_large;
            const std::size_t colon = line_.find(':');
            if (colon == 0 || colon == std::string::npos) return ResponseStatus::malformed;
            const std::string_view name = std::string_view(line_).substr(0, colon);
            const std::string_view value = trim_blanks(std::string_view(line_).substr(colon + 1));
            if (!kTokenBytes.has_all(name) || !kFieldValueBytes.has_all(value))
                return ResponseStatus::malformed;
            response_.fields.push_back({std::string(name), std::string(value)});
        }
    }

    ResponseStatus read_body(std::string_view method) {
        for (const ResponseField& field : response_.fields)
            if (same_name(field.name, "Connection") && lists_close(field.value))
                response_.keeps_alive = false;
        if (method == "HEAD" || response_.status == 204 || response_.status == 304)
            return ResponseStatus::complete;
        const std::optional<std::string_view> coding = response_.field("Transfer-Encoding");
        const std::optional<std::string_view> length = response_.field("Content-Length");
        // Two lengths: somebody between us and the server may believe the other one.
        if (count_of("Content-Length") > 1 || count_of("Transfer-Encoding") > 1)
            return ResponseStatus::malformed;
        if (coding && (length || !same_name(*coding, "chunked"))) return ResponseStatus::malformed;
        if (coding) return read_chunks();
        if (!length) return read_until_end();
        std::size_t size = 0;
        const auto [stop, error] =
            std::from_chars(length->data(), length->data() + length->size(), size);
        if (length->empty() || error != std::errc() || stop != length->data() + length->size())
            return ResponseStatus::malformed;
        return read_data(size);
    }

    std::size_t count_of(std::string_view name) const {
        std::size_t count = 0;
        for (const ResponseField& field : response_.fields)
            count += same_name(field.name, name) ? 1 : 0;
        return count;
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
        response_.keeps_alive = false;
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

std::optional<std::string_view> Response::field(std::string_view name) const {
    for (const ResponseField& field : fields)
        if (same_name(field.name, name)) return field.value;
    return {};
}

ResponseStatus read_response(LineReader& reader, std::string_view method, ResponseLimits limits,
                             Deadline deadline, Response& response) {
    return ResponseReader(reader, limits, deadline, response).read(method);
}

}  // namespace waymark::net::http
