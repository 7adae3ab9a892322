// The home page: every lesson with its minutes and what there is of it.

#include <fmt/format.h>

#include "net/http/html_text.hh"
#include "slides/server/page_frame.hh"
#include "slides/server/pages.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

std::string link(std::string_view address, std::string_view words, std::string_view about) {
    return fmt::format("<li><a href=\"{}\" aria-label=\"{}: {}\">{}</a></li>", escaped(address),
                       escaped(words), escaped(about), escaped(words));
}

std::string pdf_link(const LessonEntry& lesson, const std::filesystem::path& printed) {
    std::error_code ignored;
    if (!std::filesystem::exists(printed / (lesson.name + ".pdf"), ignored))
        return "<li class=\"missing\">PDF: <code>./waymark slides --pdf DIR</code></li>";
    return link("/pdf/" + lesson.name + ".pdf", "PDF", lesson.title);
}

std::string minutes_of(const LessonEntry& lesson) {
    std::string words = fmt::format("alone {} min: text {}, demos {}, exercise {}",
                                    (lesson.reading + lesson.watching + lesson.doing).count(),
                                    lesson.reading.count(), lesson.watching.count(),
                                    lesson.doing.count());
    if (lesson.lecturing.count() == 0) return words;
    return fmt::format("lecture {} min; {}", lesson.lecturing.count(), words);
}

}  // namespace

std::string Pages::home() const {
    std::string body = "<h1>Decks</h1>\n<ol class=\"decks\">\n";
    for (const LessonEntry& lesson : manifest_.lessons) {
        body += fmt::format(
            "<li><h2>{} {}</h2><p class=\"question\">{}</p><p class=\"minutes\">{}</p>"
            "<ul class=\"links\">",
            lesson.name.substr(0, 2), escaped(lesson.title), escaped(lesson.question),
            minutes_of(lesson));
        if (has_deck(lesson)) {
            body += link("/decks/" + lesson.name, "Slides", lesson.title);
            body += link("/handouts/" + lesson.name, "Handout", lesson.title);
            body += link("/students/" + lesson.name, "For students", lesson.title);
            body += pdf_link(lesson, printed_);
        }
        if (text("lessons/" + lesson.name)) {
            body += link("/lessons/" + lesson.name, "Text", lesson.title);
            body += link("/lessons/" + lesson.name + "#the-exercise", "Exercise", lesson.title);
        }
        body += "</ul></li>\n";
    }
    return text_frame("Decks", body + "</ol>\n");
}

}  // namespace waymark::slides
