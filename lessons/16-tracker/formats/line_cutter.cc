#include "formats/line_cutter.hh"

namespace waymark::tracker {

namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

}  // namespace

void LineCutter::read(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        add(bytes.substr(0, end));
        if (end == std::string_view::npos) return;
        give();
        bytes.remove_prefix(end + 1);
    }
}

void LineCutter::add(std::string_view part) {
    if (is_too_long_ || begun_.size() + part.size() > kLongest)
        is_too_long_ = true;
    else
        begun_ += part;
}

void LineCutter::give() {
    std::string_view line = begun_;
    if (number_ == 1 && line.starts_with(kUtf8Mark)) line.remove_prefix(kUtf8Mark.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_too_long_)
        handlers_.on_too_long(number_);
    else
        handlers_.on_line(line, number_);
    ++number_;
    begun_.clear();
    is_too_long_ = false;
}

void LineCutter::end() {
    if (!begun_.empty() || is_too_long_) give();
}

}  // namespace waymark::tracker
