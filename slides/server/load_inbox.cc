#include "slides/server/load_inbox.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace waymark::slides {

namespace {

constexpr std::uint32_t kMost = 4'000'000'000;

// Reads a line word by word; from the first that does not fit on, nothing fits.
class Words {
  public:
    explicit Words(std::string_view line) : rest_(line) {}

    bool is_next(std::string_view word) {
        const std::string_view next = take();
        return next == word || (fits_ = false);
    }
    std::uint32_t number() {
        const std::string_view word = take();
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        fits_ = fits_ && error == std::errc() && end == word.data() + word.size() && value <= kMost;
        return value;
    }
    std::optional<std::uint32_t> number_or_none() {
        if (!rest_.starts_with("- ") && rest_ != "-") return number();
        take();
        return {};
    }
    bool all_fitted() const { return fits_ && rest_.empty(); }

  private:
    std::string_view take() {
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(std::min(rest_.size(), word.size() + 1));
        return word;
    }

    std::string_view rest_;
    bool fits_ = true;
};

}  // namespace

std::optional<Load> parse_load(std::string_view line) {
    Words words(line.substr(0, line.find('\n')));
    Load load;
    words.is_next("inside");
    load.inside = words.number();
    words.is_next("of");
    load.limit = words.number_or_none();
    words.is_next("waiting");
    load.waiting = words.number();
    words.is_next("refused");
    load.refused = words.number();
    words.is_next("answer");
    load.answer_us = words.number_or_none();
    return words.all_fitted() ? std::optional(load) : std::nullopt;
}

namespace {

std::optional<nlohmann::json> load_event(std::string_view line) {
    const std::optional<Load> load = parse_load(line);
    if (!load) return {};
    nlohmann::json data = {
        {"inside", load->inside}, {"waiting", load->waiting}, {"refused", load->refused}};
    if (load->limit) data["limit"] = *load->limit;
    if (load->answer_us) data["answer_ms"] = *load->answer_us / 1000.0;
    return data;
}

}  // namespace

LoadInbox::LoadInbox(const std::filesystem::path& folder, bool wanted, Tell tell)
    : ToldLines(folder, wanted,
                {"load", "moments", kMostLoads, "inside N of N waiting N refused N answer N",
                 &load_event},
                std::move(tell)) {}

}  // namespace waymark::slides
