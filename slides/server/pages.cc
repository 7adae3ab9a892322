#include "slides/server/pages.hh"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "daemon/error.hh"
#include "net/http/html_text.hh"
#include "slides/server/code_html.hh"
#include "slides/server/page_frame.hh"
#include "slides/server/prose.hh"
#include "slides/server/question.hh"
#include "slides/server/run_html.hh"
#include "slides/server/timing.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

std::string deck_file(const LessonEntry& lesson) {
    return fmt::format("slides/{}.md", lesson.name);
}

std::string recorded_file(const LessonEntry& lesson, const DemoEntry& demo, std::string_view kind) {
    return fmt::format("slides/transcripts/{}/{}.{}", lesson.name, demo.name, kind);
}

// "lessons/01-processes" -> "Lessons: 01-processes" would say nothing: the text's own first heading
// is the page's title.
std::string first_heading(std::string_view text, std::string_view otherwise) {
    if (!text.starts_with("# ")) return std::string(otherwise);
    return std::string(text.substr(2, text.find('\n') - 2));
}

}  // namespace

Pages::Pages(const Manifest& manifest, ProjectFiles& files, std::filesystem::path printed)
    : manifest_(manifest), files_(files), printed_(std::move(printed)) {}

bool Pages::has_deck(const LessonEntry& lesson) const {
    return files_.read(deck_file(lesson)).has_value();
}

Deck Pages::read_deck(const LessonEntry& lesson) const {
    const std::string name = deck_file(lesson);
    const std::optional<std::string> text = files_.read(name);
    if (!text) throw daemon::UsageError(fmt::format("there is no deck {}", name));
    return parse_deck(*text, name);
}

std::string Pages::transcript(const LessonEntry& lesson, const DemoEntry& demo) const {
    return files_.read(recorded_file(lesson, demo, "txt")).value_or("");
}

std::string Pages::events(const LessonEntry& lesson, const DemoEntry& demo) const {
    return files_.read(recorded_file(lesson, demo, "jsonl")).value_or("");
}

std::string Pages::block(const Block& block, const LessonEntry& lesson, bool can_run) const {
    if (block.kind == Block::Kind::prose) return html_from_markdown(block.text, "slides");
    if (block.kind == Block::Kind::code) return code_html(block.code, files_);
    const DemoEntry* demo = lesson.demo(block.demo);
    if (demo == nullptr)
        return fmt::format("<p class=\"fault\">lesson {} has no demo {}</p>\n", lesson.name,
                           escaped(block.demo));
    const std::string recorded = transcript(lesson, *demo);
    if (!can_run)
        return question_on_paper(block.settings) + transcript_html(lesson, *demo, recorded);
    return question_html(block.settings, demo->name, demo->look) +
           run_html(lesson, *demo, block.settings,
                    {recorded, events(lesson, *demo), files_.is_handed_out()});
}

// The answers stand here, and not on the slide: on paper this is where they are.
std::string Pages::notes(const Slide& slide, const LessonEntry& lesson) const {
    std::string answers;
    for (const Block& each : slide.blocks)
        if (const DemoEntry* demo = lesson.demo(each.demo); demo != nullptr)
            answers += answer_note(each.settings, demo->look);
    return html_from_markdown(answers + slide.notes, "slides");
}

std::string Pages::slide(const Slide& slide, const LessonEntry& lesson, std::chrono::seconds time,
                         std::string_view time_words) const {
    std::string out = fmt::format("<section data-timing=\"{}\">\n", time.count());
    for (const Block& each : slide.blocks) out += block(each, lesson, true);
    if (!slide.notes.empty())
        out += fmt::format("<aside class=\"notes\">{}<p class=\"time\">{}</p></aside>\n",
                           notes(slide, lesson), time_words);
    return out + "</section>\n";
}

std::string Pages::deck(const LessonEntry& lesson, std::string_view token) const {
    const Deck deck = read_deck(lesson);
    std::string slides;
    const std::vector<std::chrono::seconds> times = slide_times(deck, lesson.lecturing);
    const auto all = std::accumulate(times.begin(), times.end(), std::chrono::seconds(0));
    std::chrono::seconds passed{0};
    for (std::size_t i = 0; i < deck.slides.size(); ++i) {
        passed += times[i];
        slides += slide(deck.slides[i], lesson, times[i], time_in_words(times[i], passed, all));
    }
    return deck_frame(deck.title, token, slides);
}

std::string Pages::handout(const LessonEntry& lesson) const {
    return sheets(lesson, "handout", [this, &lesson](const Slide& slide) {
        std::string sheet;
        for (const Block& each : slide.blocks) sheet += block(each, lesson, false);
        if (!slide.notes.empty())
            sheet += fmt::format("<div class=\"notes\">{}</div>\n", notes(slide, lesson));
        return sheet;
    });
}

std::string Pages::students_handout(const LessonEntry& lesson) const {
    return sheets(lesson, "for students", [this, &lesson](const Slide& slide) {
        std::string sheet;
        for (const Block& each : slide.blocks) {
            const DemoEntry* demo = lesson.demo(each.demo);
            const bool is_run = each.kind == Block::Kind::run && demo != nullptr;
            sheet += is_run ? prediction_html(lesson, *demo, each.settings)
                            : block(each, lesson, false);
        }
        return sheet + "<div class=\"room\" aria-hidden=\"true\"></div>\n";
    });
}

std::string Pages::sheets(const LessonEntry& lesson, std::string_view kind,
                          const std::function<std::string(const Slide&)>& sheet) const {
    const Deck deck = read_deck(lesson);
    std::string body = fmt::format("<p class=\"lead\">{}</p>\n", escaped(lesson.question));
    int number = 0;
    for (const Slide& each : deck.slides)
        body += fmt::format(
            "<section class=\"sheet\" aria-label=\"Slide {0}\"><p class=\"place\">{0}</p>\n"
            "{1}</section>\n",
            ++number, sheet(each));
    return text_frame(fmt::format("{}: {}", deck.title, kind), body);
}

std::optional<std::string> Pages::text(std::string_view folder) const {
    const std::optional<std::string> text = files_.read(fmt::format("{}/README.md", folder));
    if (!text) return std::nullopt;
    return text_frame(first_heading(*text, folder), html_from_markdown(*text, folder));
}

std::optional<std::string> Pages::source(std::string_view path) const {
    const std::optional<std::string> text = files_.read(path);
    if (!text) return folder(path);
    const std::string name = escaped(path);
    return text_frame(path, fmt::format("<h1>{}</h1>\n{}", name, source_html(path, *text)));
}

std::optional<std::string> Pages::folder(std::string_view path) const {
    while (path.ends_with('/')) path.remove_suffix(1);
    const auto names = files_.list(path);
    if (!names) return std::nullopt;
    std::string body = fmt::format("<h1>{}</h1>\n<ul class=\"files\">\n", escaped(path));
    for (const std::string& name : *names)
        body += fmt::format("<li><a href=\"/source/{}/{}\">{}</a></li>\n", escaped(path),
                            escaped(name), escaped(name));
    return text_frame(path, body + "</ul>\n");
}

std::optional<std::string> Pages::picture(std::string_view path) const {
    if (!path.ends_with(".svg") && !path.ends_with(".png")) return std::nullopt;
    return files_.read(path);
}

}  // namespace waymark::slides
