#include "slides/server/prose.hh"

#include <md4c-html.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "daemon/error.hh"
#include "net/http/html_text.hh"

namespace waymark::slides {

using net::http::append_escaped;

namespace {

constexpr std::string_view kTableBegin =
    "<div class=\"table\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">";
constexpr std::string_view kSource = "src=\"";
// In a paragraph, so not a <div>. A slide has no box for it (deck.css), and no stop for Tab.
constexpr std::string_view kPictureBegin =
    "<span class=\"drawing\" role=\"group\" aria-label=\"Picture\" tabindex=\"0\">";

void append_output(const MD_CHAR* text, MD_SIZE size, void* out) {
    static_cast<std::string*>(out)->append(text, size);
}

std::string plain_html(std::string_view text) {
    std::string out;
    constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH;
    if (md_html(text.data(), static_cast<MD_SIZE>(text.size()), append_output, &out, kFlags, 0) !=
        0)
        daemon::fail(ENOMEM, "md_html");
    return out;
}

bool has_scheme(std::string_view link) {
    const std::size_t colon = link.find(':');
    return colon != link.npos && link.substr(0, colon).find('/') == link.npos;
}

bool is_picture(std::string_view path) {
    return path.ends_with(".svg") || path.ends_with(".png");
}

// Text without its tags and character references, for an id.
std::string words_of(std::string_view html) {
    std::string words;
    bool in_tag = false, in_reference = false;
    for (const char byte : html) {
        if (byte == '<') in_tag = true;
        if (byte == '&') in_reference = true;
        if (!in_tag && !in_reference) words.push_back(byte);
        if (byte == '>') in_tag = false;
        if (byte == ';') in_reference = false;
    }
    return words;
}

// The tag with nothing between its quotes, where a text may say anything.
std::string without_values(std::string_view tag) {
    std::string out;
    bool quoted = false;
    for (const char byte : tag) {
        if (byte == '"') quoted = !quoted;
        if (!quoted) out.push_back(byte);
    }
    return out;
}

// What md4c writes, and what folds an answer away. Anything else comes from the text itself.
bool is_known_tag(std::string_view tag) {
    constexpr std::array<std::string_view, 29> kKnown = {
        "a",  "blockquote", "br", "code", "del",   "details", "em", "h1",    "h2",   "h3",
        "h4", "h5",         "h6", "hr",   "img",   "li",      "ol", "p",     "pre",  "strong",
        "ul", "summary",    "td", "th",   "table", "tbody",   "tr", "thead", "input"};
    tag.remove_prefix(tag.starts_with("</") ? 2 : 1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" />"));
    return std::ranges::find(kKnown, name) != kKnown.end() &&
           without_values(tag).find(" on") == std::string::npos;
}

class Rewriter {
  public:
    Rewriter(std::string_view html, std::string_view folder) : rest_(html), folder_(folder) {}

    std::string run() {
        while (!rest_.empty()) {
            if (!copy_until_tag()) break;
            rewrite_tag();
        }
        return std::move(out_);
    }

  private:
    bool copy_until_tag() {
        const std::size_t tag = rest_.find('<');
        out_.append(rest_.substr(0, tag));
        rest_.remove_prefix(tag == rest_.npos ? rest_.size() : tag);
        return !rest_.empty();
    }

    void rewrite_tag() {
        const std::size_t end = rest_.find('>');
        const std::string_view tag = rest_.substr(0, end == rest_.npos ? end : end + 1);
        rest_.remove_prefix(tag.size());
        if (!is_known_tag(tag)) return append_escaped(out_, tag);
        if (tag.starts_with("<img ") && tag.find(kSource) != tag.npos) return add_picture(tag);
        constexpr std::string_view kAddress = "href=\"";
        if (const std::size_t place = tag.find(kAddress); place != tag.npos)
            return rewrite_link(tag, place + kAddress.size());
        // What may have to scroll must be reachable with the keyboard.
        if (tag == "<pre>") return void(out_.append("<pre tabindex=\"0\">"));
        if (tag == "<table>") return void(out_.append(kTableBegin).append(tag));
        if (tag == "</table>") return void(out_.append(tag).append("</div>"));
        if (tag.size() == 4 && tag.starts_with("<h") && std::isdigit(tag[2])) return add_id(tag);
        out_.append(tag);
    }

    // On a phone a picture is wider than the page, or nobody could read it: it scrolls, too.
    void add_picture(std::string_view tag) {
        out_.append(kPictureBegin);
        rewrite_link(tag, tag.find(kSource) + kSource.size());
        out_.append("</span>");
    }

    void rewrite_link(std::string_view tag, std::size_t place) {
        const std::string_view link = tag.substr(place, tag.find('"', place) - place);
        out_.append(tag.substr(0, place)).append(address_of_link(link, folder_));
        out_.append(tag.substr(place + link.size()));
    }

    void add_id(std::string_view tag) {
        const std::string_view inside = rest_.substr(0, rest_.find("</h"));
        out_.append(tag.substr(0, 3)).append(" id=\"").append(heading_id(words_of(inside)));
        out_.append("\">");
    }

    std::string_view rest_;
    std::string_view folder_;
    std::string out_;
};

}  // namespace

std::string heading_id(std::string_view words) {
    std::string id;
    for (const char byte : words) {
        if (std::isalnum(static_cast<unsigned char>(byte)) != 0)
            id.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(byte))));
        else if ((byte == ' ' || byte == '-') && !id.empty() && id.back() != '-')
            id.push_back('-');
    }
    while (id.ends_with('-')) id.pop_back();
    return id;
}

std::string address_of_link(std::string_view link, std::string_view folder) {
    if (link.empty() || link.starts_with('#') || link.starts_with('/') || has_scheme(link))
        return std::string(link);
    const std::string_view path = link.substr(0, link.find('#'));
    const std::string_view anchor = link.substr(path.size());
    std::string target = (std::filesystem::path(folder) / path).lexically_normal().string();
    while (target.ends_with('/')) target.pop_back();
    if (is_picture(target)) return "/files/" + target;
    constexpr std::string_view kReadme = "/README.md";
    if (target.starts_with("lessons/") && target.ends_with(kReadme))
        target.resize(target.size() - kReadme.size());
    const bool is_folder = std::filesystem::path(target).extension().empty();
    const std::string_view place = target.starts_with("lessons/") && is_folder ? "/" : "/source/";
    return std::string(place).append(target).append(anchor);
}

std::string html_from_markdown(std::string_view text, std::string_view folder) {
    const std::string html = plain_html(text);
    return Rewriter(html, folder).run();
}

}  // namespace waymark::slides
