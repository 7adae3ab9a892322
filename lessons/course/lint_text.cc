// Of the lint: the text of a lesson, its links and its pictures.

#include <fmt/core.h>

#include <algorithm>
#include <regex>

#include "lessons/course/lint.hh"
#include "lessons/course/markdown.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastWords = 800;
constexpr std::size_t kLeastWordsOfAnExercise = 60;
constexpr std::size_t kMostWords = 1500;

// In this order; each is found in a heading of the second level.
constexpr std::string_view kSections[] = {"wrong way",      "tracker",         "The exercise",
                                          "Misconceptions", "Further reading", "Three questions"};

std::size_t count_of(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t place = 0; (place = text.find(what, place)) != text.npos; ++place) ++count;
    return count;
}

// What one reads from the beginning to the exercise, without the part in which one looks things up.
std::size_t words_to_read(const Markdown& page) {
    std::size_t words = 0;
    for (const Heading& heading : page.headings) {
        if (heading.text == "Misconceptions") break;
        words += heading.words;
    }
    return words;
}

}  // namespace

void Lint::readme() {
    const fs::path file = lesson_.folder / "README.md";
    const std::string text = text_of(file);
    if (text.empty()) return;
    const std::size_t words = words_to_read(read_markdown(text));
    const std::size_t least = lesson_.exercise_only ? kLeastWordsOfAnExercise : kLeastWords;
    expect(words >= least && words <= kMostWords, file,
           fmt::format("has {} words before the misconceptions, and there must be {} to {}", words,
                       least, kMostWords));
    expect(text.starts_with("# " + lesson_.number() + " "), file,
           fmt::format("does not begin with the heading '# {} ...'", lesson_.number()));
    expect(std::regex_search(text, std::regex(R"([a-z_0-9]\([1-8]p?\))")), file,
           "cites no page of the manual, as in wait(2)");
    expect(text.find("./waymark begin " + lesson_.number()) != text.npos &&
               text.find("./waymark check " + lesson_.number()) != text.npos,
           file, "does not say './waymark begin' and './waymark check'");
    sections();
    if (!lesson_.exercise_only) questions(text);
    links();
    pictures();
}

void Lint::sections() {
    const fs::path file = lesson_.folder / "README.md";
    const Markdown page = read_markdown(read_file(file));
    std::size_t before = 0;
    for (const std::string_view section : kSections) {
        if (lesson_.exercise_only && section != "The exercise" && section != "Misconceptions")
            continue;
        const auto found = std::ranges::find_if(page.headings, [&](const Heading& heading) {
            return heading.level == 2 && heading.text.find(section) != heading.text.npos;
        });
        if (!expect(found != page.headings.end(), file,
                    fmt::format("has no section '## ...{}...'", section)))
            continue;
        expect(found->line > before, file,
               fmt::format("the section '{}' is not in its place", found->text));
        before = std::max(before, found->line);
        if (section == kSections[std::size(kSections) - 1])
            expect(found + 1 == page.headings.end(), file, "the three questions are not the last");
    }
}

void Lint::questions(const std::string& text) {
    const fs::path file = lesson_.folder / "README.md";
    const std::size_t opened = count_of(text, "<details>");
    expect(opened == 3, file,
           fmt::format("folds {} answers (<details>), and there must be 3", opened));
    expect(count_of(text, "</details>") == opened && count_of(text, "<summary>") == opened &&
               count_of(text, "</summary>") == opened,
           file, "a <details> or <summary> is not closed, or is without the other");
}

void Lint::links() {
    const fs::path file = lesson_.folder / "README.md";
    const Markdown page = read_markdown(read_file(file));
    for (const Link& link : page.links) {
        if (link.target.find("://") != link.target.npos) continue;
        const std::string path = link.target.substr(0, link.target.find('#'));
        const std::string anchor =
            link.target.substr(std::min(path.size() + 1, link.target.size()));
        const fs::path target = path.empty() ? file : lesson_.folder / path;
        const std::string where = fmt::format("line {}: {}", link.line, link.target);
        if (!expect(fs::exists(target), file, where + " is not there") || anchor.empty()) continue;
        expect(target.extension() == ".md" && read_markdown(read_file(target)).has_anchor(anchor),
               file, where + " has no such section");
    }
}

// A picture must say in words what it shows, also on a slide.
void Lint::pictures() {
    for (const fs::directory_entry& entry : fs::directory_iterator(lesson_.folder)) {
        if (entry.path().extension() != ".svg") continue;
        const std::string text = read_file(entry.path());
        expect(text.find("role=\"img\"") != text.npos && text.find("<title") != text.npos,
               entry.path(), "has no role=\"img\" or no <title>");
    }
}

}  // namespace waymark::course
