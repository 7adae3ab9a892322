#include "slides/server/buttons.hh"

#include <fmt/format.h>

#include <algorithm>

#include "net/http/html_text.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

std::vector<std::string> buttons_of(const RunSettings& settings) {
    const auto found = settings.find("buttons");
    return found == settings.end() ? std::vector<std::string>{} : parse_buttons(found->second);
}

}  // namespace

std::vector<std::string> parse_buttons(std::string_view setting) {
    std::vector<std::string> buttons;
    while (!trimmed(setting).empty()) {
        const std::size_t comma = std::min(setting.find(','), setting.size());
        buttons.emplace_back(trimmed(setting.substr(0, comma)));
        setting.remove_prefix(std::min(comma + 1, setting.size()));
    }
    return buttons;
}

std::string fault_of_buttons(const RunSettings& settings, const DemoEntry* demo) {
    const std::vector<std::string> buttons = buttons_of(settings);
    if (buttons.empty()) return {};
    if (demo != nullptr && !demo->reads_input)
        return fmt::format("buttons for {}, which reads no lines: \"reads_input\" in lesson.json",
                           demo->name);
    if (buttons.size() > kMostButtons)
        return fmt::format("{} buttons; there are keys for {}", buttons.size(), kMostButtons);
    if (std::ranges::find(buttons, std::string()) != buttons.end()) return "a button without words";
    return {};
}

std::string buttons_html(const RunSettings& settings, std::string_view demo) {
    const std::vector<std::string> buttons = buttons_of(settings);
    if (buttons.empty()) return {};
    std::string out = fmt::format(
        "<div class=\"deeds\" role=\"group\" aria-label=\"What {} can do\">", escaped(demo));
    int number = 0;
    for (const std::string& words : buttons) {
        ++number;
        out += fmt::format(
            "<button type=\"button\" disabled data-line=\"{0}\" aria-keyshortcuts=\"{1}\">"
            "<span class=\"key\" aria-hidden=\"true\">{1}</span> {0}</button>",
            escaped(words), number);
    }
    return out + "</div>";
}

}  // namespace waymark::slides
