#include "net/line_reader.hh"

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::net {

//#region exercise-08
namespace {

std::string_view without_return(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

IoResult LineReader::read_line(std::string& line, std::size_t limit, Deadline deadline) {
    std::size_t searched = 0;
    bool has_read = false;
    while (true) {
//#region timed-line
        const std::string_view rest = pending();
        const std::size_t end = rest.find('\n', searched);  //@ 1
        const std::string_view text = without_return(rest.substr(0, end));
        if (text.size() > limit) return {IoStatus::too_long, text.size()};  //@ 3
        if (end != rest.npos) {
            line = text;
            take(end + 1);  //@ 2
            return {IoStatus::done, line.size()};
        }
        // Asked once in any case, as in timed_io: or who looks with a deadline of now
        // would never get the rest of a line.
        if (has_read && deadline.expired()) return {IoStatus::timed_out, 0};
        searched = rest.size();
        const IoResult result = read_more(deadline);
//#endregion timed-line
        has_read = true;
        if (result.status == IoStatus::done) continue;
        line = result.status == IoStatus::end ? pending() : std::string_view();
        if (result.status == IoStatus::end) take(line.size());
        return {result.status, line.size()};
    }
}
//#endregion exercise-08

IoResult LineReader::read_some(std::span<std::byte> buffer, Deadline deadline) {
    const std::size_t count = take_into(buffer);
    if (count > 0) return {IoStatus::done, count};
    return net::read_some(*fd_, buffer, deadline);
}

IoResult LineReader::read_exactly(std::span<std::byte> buffer, Deadline deadline) {
    const std::size_t count = take_into(buffer);
    const IoResult result = net::read_exactly(*fd_, buffer.subspan(count), deadline);
    return {result.status, count + result.count};
}

IoResult LineReader::read_more(Deadline deadline) {
    // The lines that were taken make room: where no read ends with a line, take() never sees its
    // chance. What is left is the beginning of one line, and moves once.
    held_.erase(0, std::exchange(used_, 0));
    std::array<std::byte, 4096> chunk;
    // Now and not later: what has been read could not be given back.
    held_.reserve(held_.size() + chunk.size());
    const IoResult result = net::read_some(*fd_, chunk, deadline);
    held_.append(reinterpret_cast<const char*>(chunk.data()), result.count);
    return result;
}

// The bytes stay where they are until all are used; moving the rest after each line would make many
// short lines slow.
void LineReader::take(std::size_t count) {
    used_ += count;
    if (used_ < held_.size()) return;
    held_.clear();
    used_ = 0;
}

std::size_t LineReader::take_into(std::span<std::byte> buffer) {
    const std::size_t count = std::min(buffer.size(), surplus());
    // Not memcpy(3): a buffer of nothing may have no address, which memcpy must not be given.
    std::ranges::copy(std::as_bytes(std::span(pending().substr(0, count))), buffer.begin());
    take(count);
    return count;
}

}  // namespace waymark::net
