#include "lessons/course/string_literals.hh"

#include <cctype>

namespace waymark::course {

namespace {

class Scanner {
  public:
    explicit Scanner(std::string_view source) : source_(source) {}

    std::vector<std::string> literals() {
        bool joined = false;  // nothing but blanks and comments since the last literal
        while (place_ < source_.size()) {
            if (starts("//"))
                skip_behind("\n");
            else if (starts("/*"))
                skip_behind("*/");
            else if (source_[place_] == '\'' && !is_in_number())
                quoted('\'');
            else if (source_[place_] == '"') {
                const std::string text = quoted('"');
                if (joined)
                    found_.back() += text;
                else
                    found_.push_back(text);
                joined = true;
            } else {
                joined = joined && std::isspace(static_cast<unsigned char>(source_[place_])) != 0;
                ++place_;
            }
        }
        return found_;
    }

  private:
    bool starts(std::string_view what) const { return source_.substr(place_).starts_with(what); }

    // 10'000: the mark groups digits.
    bool is_in_number() const {
        return place_ > 0 && std::isxdigit(static_cast<unsigned char>(source_[place_ - 1])) != 0;
    }

    void skip_behind(std::string_view what) {
        const std::size_t end = source_.find(what, place_ + 2);
        place_ = end == source_.npos ? source_.size() : end + what.size();
    }

    // Escapes lose their backslash: enough for the quotes.
    std::string quoted(char mark) {
        std::string text;
        for (++place_; place_ < source_.size() && source_[place_] != mark; ++place_) {
            if (source_[place_] == '\\' && place_ + 1 < source_.size()) ++place_;
            text += source_[place_];
        }
        ++place_;
        return text;
    }

    std::string_view source_;
    std::size_t place_ = 0;
    std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> string_literals(std::string_view source) {
    return Scanner(source).literals();
}

}  // namespace waymark::course
