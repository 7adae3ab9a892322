// Whatever a sender sends, a message comes out that is one clean line within its bounds; and what
// is written is read again as the same. As a stream of frames, the same bytes mean the same however
// they are cut, and no frame is longer than it may be.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "examples/logrelay/greeting.hh"
#include "examples/logrelay/octet_frames.hh"
#include "examples/logrelay/syslog_reader.hh"

using namespace waymark::logrelay;

namespace {

constexpr std::size_t kLongestFrame = 100;

void require(bool condition) {
    if (!condition) std::abort();
}

Arrival arrival(bool is_local) {
    return {is_local, "192.0.2.1", read_rfc5424_time("2026-11-29T07:03:06.25+01:00").value()};
}

void check_field(const std::string& field, std::size_t longest) {
    require(field.size() <= longest);
    for (const char letter : field) require(letter > ' ' && letter <= '~');
}

void check_line(const std::string& line) {
    for (const char letter : line) {
        const auto byte = static_cast<unsigned char>(letter);
        require(byte >= 0x20 && byte != 0x7f);
    }
}

void check_message(std::string_view bytes, bool is_local) {
    const SyslogMessage message = read_syslog(bytes, arrival(is_local));
    require(message.facility >= 0 && message.facility <= 23);
    check_field(message.host, kLongestHost);
    check_field(message.program, kLongestProgram);
    check_field(message.process, kLongestProcess);
    check_field(message.kind, kLongestKind);
    const std::string line = to_rfc5424(message);
    check_line(line);
    check_line(to_local_form(message, "here"));
    require(read_syslog(line, arrival(!is_local)) == message);
}

std::string read_frames(std::string_view stream, std::size_t piece) {
    FrameReader reader(kLongestFrame);
    std::string all;
    FrameReader::Found found = FrameReader::Found::more;
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        reader.add(stream.substr(0, piece));
        std::string_view content;
        while ((found = reader.next(content)) == FrameReader::Found::frame) {
            require(content.size() <= kLongestFrame);
            append_frame(all, content);
        }
    }
    return all + (found == FrameReader::Found::malformed ? "!" : "");
}

void check_frames(std::string_view bytes) {
    const std::string whole = read_frames(bytes, bytes.size() + 1);
    require(read_frames(bytes, 1) == whole);
    require(read_frames(bytes, 7) == whole);
    // What was read is how it was written.
    require(bytes.starts_with(std::string_view(whole).substr(0, whole.find_last_not_of('!') + 1)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_message(bytes, false);
    check_message(bytes, true);
    check_frames(bytes);
    const auto greeting = read_greeting(bytes);
    require(!greeting || bytes.size() <= kLongestGreeting);
    return 0;
}
