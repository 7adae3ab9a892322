#include "slides/server/frame_inbox.hh"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

// Up to the next blank, and takes both away.
std::string_view take_word(std::string_view& rest) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    return word;
}

bool is_frame_name(std::string_view word) {
    return !word.empty() && word.size() <= FrameInbox::kLongestName;
}

}  // namespace

std::optional<Frame> parse_frame(std::string_view line) {
    line = line.substr(0, line.find('\n'));
    const std::string_view from = take_word(line), sign = take_word(line), to = take_word(line);
    if (!is_frame_name(from) || !is_frame_name(to) || (sign != ">" && sign != "x")) return {};
    if (line.find_first_not_of(' ') == line.npos) return {};
    return Frame{std::string(from), std::string(to), std::string(line), sign == "x"};
}

FrameInbox::FrameInbox(const std::filesystem::path& folder, bool wanted, Tell tell)
    : tell_(std::move(tell)) {
    const std::string path = (folder / "frames").string();
    sockaddr_un name{};
    if (!wanted || path.size() >= sizeof name.sun_path) return;
    name.sun_family = AF_UNIX;
    std::ranges::copy(path, name.sun_path);
    socket_ = daemon::Fd(daemon::check(
        ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket", path));
    daemon::check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name),
                  "bind", path);
    path_ = path;
}

void FrameInbox::tell_new() {
    std::array<char, kLongestLine + 1> line;
    for (std::size_t i = 0; socket_ && i < kMostFrames; ++i) {
        const ssize_t length = ::recv(socket_.get(), line.data(), line.size(), 0);
        if (length < 0) return;
        take({line.data(), static_cast<std::size_t>(length)});
    }
}

void FrameInbox::take(std::string_view line) {
    if (line.size() > kLongestLine)
        return refuse(fmt::format("a line of more than {} bytes", kLongestLine));
    const std::optional<Frame> frame = parse_frame(line);
    if (!frame) return refuse("a line that is not NAME > NAME WHAT");
    if (++count_ > kMostFrames) return refuse(fmt::format("more than {} frames", kMostFrames));
    nlohmann::json data = {{"from", frame->from}, {"to", frame->to}, {"what", frame->what}};
    if (frame->is_lost) data["lost"] = true;
    tell_("frame", std::move(data));
}

// Once of each kind: a program that does it once does it often.
void FrameInbox::refuse(std::string why) {
    if (refused_.insert(why).second) tell_("frame_refused", {{"why", std::move(why)}});
}

}  // namespace waymark::slides
