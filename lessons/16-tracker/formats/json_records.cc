#include "formats/json_records.hh"

#include <fmt/core.h>

#include <algorithm>

#include "daemon/error.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kLongestName = 64;

// What decides nothing within a record, and within a text.
bool is_plain(char c, bool in_text) {
    if (in_text) return c != '"' && c != '\\' && c != '\n';
    return c != '"' && c != '{' && c != '}' && c != '[' && c != ']' && c != '\n';
}

}  // namespace

void JsonRecords::refuse(std::string_view why) const {
    throw daemon::UsageError(fmt::format("line {}: {}", line_, why));
}

// A run of bytes that decide nothing is kept at once, which is most of a file.
void JsonRecords::read(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t run = 0;
        if ((is_in_record_ || (keeps_whole_ && is_in_text_ && !is_name_)) && !is_escaped_)
            while (run < bytes.size() && is_plain(bytes[run], is_in_text_)) ++run;
        if (run > 0) {
            keep(bytes.substr(0, run));
            bytes.remove_prefix(run);
            continue;
        }
        take(bytes.front());
        bytes.remove_prefix(1);
    }
}

void JsonRecords::keep(std::string_view part) {
    if (is_too_long_) return;
    if (record_.size() + part.size() > kLongest) {
        is_too_long_ = true;
        record_.clear();
        record_.shrink_to_fit();
    } else {
        record_ += part;
    }
}

void JsonRecords::take(char c) {
    if (c == '\n') ++line_;
    if (is_in_record_ || keeps_whole_) keep({&c, 1});
    if (is_in_text_) return take_in_text(c);
    switch (c) {
        case '"':
            is_in_text_ = true;
            is_name_ = !is_in_record_ && expects_name_;
            name_.clear();
            break;
        case '{':
        case '[':
            open(c);
            break;
        case '}':
        case ']':
            close(c);
            break;
        case ',':
            if (!is_in_record_ && !levels_.empty()) expects_name_ = levels_.back().bracket == '{';
            break;
        case ':':
            expects_name_ = false;
            break;
        default:
            break;
    }
}

void JsonRecords::take_in_text(char c) {
    if (is_escaped_) {
        is_escaped_ = false;
    } else if (c == '\\') {
        is_escaped_ = true;
    } else if (c == '"') {
        is_in_text_ = false;
        return;
    }
    if (is_name_ && name_.size() < kLongestName) name_ += c;
}

void JsonRecords::open(char c) {
    if (is_in_record_) {
        ++depth_;
        return;
    }
    const std::size_t path_size = path_.size();
    if (!levels_.empty()) {
        if (levels_.back().bracket == '{')
            path_ += (path_.empty() ? "" : ".") + name_;
        else
            path_ += "[]";
    }
    const auto found = std::ranges::find(paths_, path_);
    if (c == '{' && found != paths_.end() && !levels_.empty()) {
        path_.resize(path_size);
        return begin_record(static_cast<std::size_t>(found - paths_.begin()));
    }
    if (levels_.size() >= kDeepest) refuse("brackets are nested too deep");
    if (levels_.empty() && c == '{' && whole_ == Whole::take) {
        keeps_whole_ = true;
        is_too_long_ = false;
        record_ = c;
        record_line_ = line_;
    }
    levels_.push_back({c, path_size});
    expects_name_ = c == '{';
}

void JsonRecords::begin_record(std::size_t path) {
    keeps_whole_ = false;
    is_in_record_ = true;
    is_too_long_ = false;
    depth_ = 1;
    record_path_ = path;
    record_line_ = line_;
    record_ = '{';
}

void JsonRecords::close(char c) {
    if (is_in_record_) {
        if (--depth_ == 0) end_record();
        return;
    }
    if (levels_.empty() || (levels_.back().bracket == '{') != (c == '}'))
        refuse("a bracket closes that was not opened");
    path_.resize(levels_.back().path_size);
    levels_.pop_back();
    expects_name_ = false;
    if (!levels_.empty() || !keeps_whole_) return;
    keeps_whole_ = false;
    record_path_ = kWhole;
    end_record();
}

void JsonRecords::end_record() {
    is_in_record_ = false;
    if (is_too_long_)
        handlers_.on_too_long(record_line_);
    else
        handlers_.on_record(record_, record_path_, record_line_);
    record_.clear();
    is_too_long_ = false;
}

void JsonRecords::end() {
    if (is_in_record_ || is_in_text_ || !levels_.empty())
        refuse("the file ends in the middle; it was cut off");
}

}  // namespace waymark::tracker
