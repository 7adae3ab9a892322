#include "slides/server/deck.hh"

#include <fmt/format.h>

#include <utility>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

constexpr std::string_view kFence = "```";

// Takes what stands before `mark` off `text`; all of it when there is no mark.
std::string_view take_until(std::string_view& text, char mark) {
    const std::size_t end = text.find(mark);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return part;
}

class DeckReader {
  public:
    DeckReader(std::string_view text, std::string_view name) : rest_(text), name_(name) {}

    Deck read() {
        begin_slide();
        while (!rest_.empty()) read_line();
        end_slide();
        if (deck_.title.empty()) refuse(1, "a deck begins with its title: # Title");
        return std::move(deck_);
    }

  private:
    [[noreturn]] void refuse(int line, std::string_view message) const {
        throw daemon::UsageError(fmt::format("{}:{}: {}", name_, line, message));
    }

    std::string_view next_line() {
        ++line_;
        return take_until(rest_, '\n');
    }

    void read_line() {
        const std::string_view line = next_line();
        if (trimmed(line) == "---") {
            end_slide();
            begin_slide();
        } else if (trimmed(line) == "Note:") {
            if (in_notes_) refuse(line_, "this slide has notes already");
            in_notes_ = true;
        } else if (!in_notes_ && line.starts_with(kFence)) {
            read_fence(line);
        } else {
            add_prose(line);
        }
    }

    void begin_slide() {
        deck_.slides.emplace_back().line = line_ + 1;
        in_notes_ = false;
        begin_prose();
    }

    void end_slide() {
        const Slide& slide = deck_.slides.back();
        for (const Block& block : slide.blocks)
            if (block.kind != Block::Kind::prose || !trimmed_is_empty(block.text)) return;
        refuse(slide.line, "this slide is empty");
    }

    static bool trimmed_is_empty(std::string_view text) {
        return text.find_first_not_of(" \t\r\n") == text.npos;
    }

    Block& begin_block(Block::Kind kind) {
        Block& block = deck_.slides.back().blocks.emplace_back();
        block.kind = kind;
        block.line = line_ + 1;
        return block;
    }

    void begin_prose() { begin_block(Block::Kind::prose); }

    void add_prose(std::string_view line) {
        if (deck_.title.empty() && line.starts_with("# ")) deck_.title = trimmed(line.substr(2));
        Slide& slide = deck_.slides.back();
        std::string& text = in_notes_ ? slide.notes : slide.blocks.back().text;
        text.append(line).push_back('\n');
    }

    void read_fence(std::string_view opening) {
        const int line = line_;
        const std::string_view language = trimmed(opening.substr(kFence.size()));
        const bool is_ours = language == "code" || language == "run";
        if (language == "cpp" || language == "c++" || language == "c")
            refuse(line, "code is named, not pasted: ```code with FILE#REGION");
        if (!is_ours) add_prose(opening);
        std::string body;
        while (true) {
            if (rest_.empty()) refuse(line, "this block has no end: ```");
            const std::string_view each = next_line();
            if (!is_ours) add_prose(each);
            if (trimmed(each) == kFence) break;
            body.append(trimmed(each)).push_back(language == "run" ? '\n' : ' ');
        }
        if (!is_ours) return;
        if (language == "code")
            begin_block(Block::Kind::code).code = parse_code(trimmed(body), line);
        else
            parse_run(begin_block(Block::Kind::run), body, line);
        deck_.slides.back().blocks.back().line = line;
        begin_prose();
    }

    // The demo's name, then lines "key: value". A run may make several claims, a line each.
    void parse_run(Block& block, std::string_view text, int line) const {
        block.demo = trimmed(take_until(text, '\n'));
        while (!trimmed(text).empty()) {
            std::string_view value = take_until(text, '\n');
            const std::string_view whole = value;
            if (trimmed(whole).empty()) continue;
            const std::string key(trimmed(take_until(value, ':')));
            if (trimmed(value).empty())
                refuse(line,
                       fmt::format("after the demo come lines \"key: value\", not: {}", whole));
            const auto [place, is_new] = block.settings.emplace(key, trimmed(value));
            if (is_new) continue;
            if (key != "claim") refuse(line, fmt::format("{} is set twice", key));
            place->second.append("\n").append(trimmed(value));
        }
    }

    CodeReference parse_code(std::string_view text, int line) const {
        CodeReference code;
        code.file = take_until(text, '#');
        code.region = take_until(text, ' ');
        if (code.file.empty() || code.region.empty())
            refuse(line, "a code block names FILE#REGION");
        if (!trimmed(text).empty())
            refuse(line,
                   fmt::format("a code block names FILE#REGION and no lines ('{}'); mark the "
                               "steps in {}, behind their lines: //@ 1, or //@ 1.. to //@ ..1",
                               trimmed(text), code.file));
        return code;
    }

    std::string_view rest_;
    std::string_view name_;
    int line_ = 0;
    bool in_notes_ = false;
    Deck deck_;
};

}  // namespace

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Deck parse_deck(std::string_view text, std::string_view name) {
    return DeckReader(text, name).read();
}

}  // namespace waymark::slides
