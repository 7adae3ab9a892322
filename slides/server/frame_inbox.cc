#include "slides/server/frame_inbox.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

void FrameInbox::tell_new() {
    for (std::size_t i = 0; i < kMostFrames; ++i) {
        const std::optional<std::string> line = inbox_.next();
        if (!line) return;
        take(*line);
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
