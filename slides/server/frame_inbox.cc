#include "slides/server/frame_inbox.hh"

#include <algorithm>
#include <nlohmann/json.hpp>
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

namespace {

std::optional<nlohmann::json> frame_event(std::string_view line) {
    const std::optional<Frame> frame = parse_frame(line);
    if (!frame) return {};
    nlohmann::json data = {{"from", frame->from}, {"to", frame->to}, {"what", frame->what}};
    if (frame->is_lost) data["lost"] = true;
    return data;
}

}  // namespace

FrameInbox::FrameInbox(const std::filesystem::path& folder, bool wanted, Tell tell)
    : ToldLines(folder, wanted, {"frame", "frames", kMostFrames, "NAME > NAME WHAT", &frame_event},
                std::move(tell)) {}

}  // namespace waymark::slides
