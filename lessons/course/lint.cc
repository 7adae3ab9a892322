#include "lessons/course/lint.hh"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace fs = std::filesystem;

namespace {

bool is_sentence(std::string_view text) {
    return !(text.front() >= 'a' && text.front() <= 'z') && text.ends_with('.');
}

}  // namespace

bool Lint::expect(bool right, const fs::path& file, std::string_view problem) {
    ++looked_at_;
    if (!right)
        problems_.push_back(
            fmt::format("{}: {}", file.lexically_relative(root_).string(), problem));
    return right;
}

std::string Lint::text_of(const fs::path& file) {
    if (!expect(fs::is_regular_file(file), file, "is not there")) return "";
    const std::string text = read_file(file);
    expect(!text.empty(), file, "is empty");
    return text;
}

void Lint::run() {
    manifest();
    if (!lesson_.exercise_only) demos();
    readme();
    check();
    exercise();
    if (!lesson_.exercise_only) deck();
    build_files();
    placeholders();
}

void Lint::manifest() {
    using std::chrono::minutes;
    const fs::path file = lesson_.folder / "lesson.json";
    expect(!lesson_.title.empty(), file, "'title' is empty");
    expect(lesson_.question.find('?') != std::string::npos, file, "'question' asks nothing");
    expect(lesson_.reading > minutes(0), file, "'minutes' 'text' is not known");
    expect(lesson_.exercise_only ? lesson_.demos.empty() : lesson_.watching > minutes(0), file,
           lesson_.exercise_only ? "'exercise_only', and there are demos"
                                 : "'minutes' 'demos' is not known");
    expect(lesson_.doing > minutes(0), file, "'minutes' 'exercise' is not known");
    expect(
        lesson_.hints.size() == 3, file,
        fmt::format("'hints' has {}, and there must be 3: a question, a pointer, nearly the answer",
                    lesson_.hints.size()));
    for (const std::string& hint : lesson_.hints) expect(!hint.empty(), file, "a hint is empty");
    expect(!lesson_.sources.empty(), file, "'sources' names no source for the exercise");
}

void Lint::demos() {
    const fs::path file = lesson_.folder / "lesson.json";
    const std::size_t count = lesson_.demos.size();
    expect(count >= 2 && count <= 10, file,
           fmt::format("'demos' has {}, and there must be 2 to 10", count));
    expect(std::ranges::any_of(lesson_.demos, &Demo::wrong), file,
           "no demo shows what goes wrong ('wrong')");
    expect(std::ranges::any_of(lesson_.demos, [](const Demo& one) { return !one.wrong; }), file,
           "no demo shows how it is done right");
    for (std::size_t place = 0; place < count; ++place) demo(lesson_.demos[place], place + 1);
    for (const fs::directory_entry& entry : fs::directory_iterator(lesson_.folder)) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() != ".cpp" || name.starts_with("check")) continue;
        expect(std::ranges::find(lesson_.demos, name, &Demo::name) != lesson_.demos.end(),
               entry.path(), "lesson.json does not list it among the demos");
    }
}

void Lint::demo(const Demo& demo, std::size_t number) {
    const fs::path file = lesson_.folder / "lesson.json";
    expect(demo.name.starts_with(std::to_string(number) + "-"), file,
           fmt::format("demo '{}' is in place {}", demo.name, number));
    expect(!demo.title.empty(), file, fmt::format("demo '{}' has no 'title'", demo.name));
    expect(!demo.look.empty(), file,
           fmt::format("demo '{}' does not say where to 'look'", demo.name));
    expect(demo.look.empty() || is_sentence(demo.look), file,
           fmt::format(
               "'look' of demo '{}' stands behind the answer on its slide: begin it with a capital "
               "letter or a number, and end it with a full stop",
               demo.name));
    const fs::path source = lesson_.folder / (demo.name + ".cpp");
    const std::string text = text_of(source);
    expect(text.starts_with("//"), source, "does not open with a comment that says what it shows");
}

// What is on its slides is `./waymark slides --check`'s to judge.
void Lint::deck() {
    const fs::path file = root_ / "slides" / (lesson_.name + ".md");
    const std::string text = text_of(file);
    if (!text.empty()) still_to_write(file, text);
}

void Lint::build_files() {
    const fs::path file = lesson_.folder / "meson.build";
    const std::string text = text_of(file);
    for (const Demo& demo : lesson_.demos)
        expect(text.find("'" + demo.name + "'") != text.npos, file,
               fmt::format("does not build the demo '{}'", demo.name));
    expect(text.find("'check'") != text.npos, file, "does not build the check");
    expect(text.find("lesson_checks += {'" + lesson_.name + "'") != text.npos, file,
           "does not add the check to lesson_checks, so './waymark test' does not prove it");
    const fs::path all = root_ / "lessons" / "meson.build";
    expect(text_of(all).find("subdir('" + lesson_.name + "')") != std::string::npos, all,
           fmt::format("does not name '{}'", lesson_.name));
}

void Lint::placeholders() {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(lesson_.folder)) {
        if (!entry.is_regular_file()) continue;
        const std::string text = read_file(entry.path());
        expect(true, entry.path(), "");
        still_to_write(entry.path(), text);
    }
}

void Lint::still_to_write(const fs::path& file, const std::string& text) {
    for (std::size_t place = 0; (place = text.find(kStillToWrite, place)) != text.npos;) {
        place += kStillToWrite.size();
        const std::string what = text.substr(place, text.find_first_of(">\n", place) - place);
        expect(false, file, "still to be written: " + what);
    }
}

}  // namespace waymark::course
