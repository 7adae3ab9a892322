#include "slides/server/told_lines.hh"

#include <fmt/core.h>

#include <utility>

namespace waymark::slides {

void ToldLines::tell_new() {
    for (std::size_t i = 0; i < kind_.most; ++i) {
        const std::optional<std::string> line = inbox_.next();
        if (!line) return;
        take(*line);
    }
}

void ToldLines::take(std::string_view line) {
    if (line.size() > kLongestLine)
        return refuse(fmt::format("a line of more than {} bytes", kLongestLine));
    std::optional<nlohmann::json> data = kind_.read(line);
    if (!data) return refuse(fmt::format("a line that is not {}", kind_.form));
    if (++count_ > kind_.most)
        return refuse(fmt::format("more than {} {}", kind_.most, kind_.many));
    tell_(kind_.event, std::move(*data));
}

// Once of each kind: a program that does it once does it often.
void ToldLines::refuse(std::string why) {
    if (refused_.insert(why).second)
        tell_(fmt::format("{}_refused", kind_.event), {{"why", std::move(why)}});
}

}  // namespace waymark::slides
