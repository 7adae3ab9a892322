// Writes the list of lessons and demos that the slide server obeys, from every lesson.json. The
// build runs it; the server never reads lesson.json, so a demo that was not built cannot be asked
// for.
//
//   write_manifest ROOT PROGRAMS OUTPUT
//
// ROOT is the checkout; PROGRAMS the built lessons folder, as OUTPUT's folder sees it.

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"
#include "lessons/course/lesson.hh"

namespace {

using namespace waymark;
using nlohmann::json;

json entry_of(const course::Demo& demo, const course::Lesson& lesson, const std::string& programs) {
    return {{"name", demo.name},
            {"title", demo.title},
            {"look", demo.look},
            {"program", fmt::format("{}/{}/{}", programs, lesson.name, demo.name)},
            {"arguments", demo.arguments},
            {"reads_input", demo.reads_input},
            {"client", demo.client},
            {"wrong", demo.wrong},
            {"needs_root", demo.needs_root},
            {"limit_seconds", demo.limit.count()}};
}

json entry_of(const course::Lesson& lesson, const std::string& programs) {
    json demos = json::array();
    for (const course::Demo& demo : lesson.demos) demos.push_back(entry_of(demo, lesson, programs));
    const json minutes = {{"reading", lesson.reading.count()},
                          {"watching", lesson.watching.count()},
                          {"doing", lesson.doing.count()},
                          {"lecturing", lesson.lecturing.count()}};
    return {{"name", lesson.name}, {"title", lesson.title},      {"question", lesson.question},
            {"minutes", minutes},  {"exercise", lesson.sources}, {"demos", std::move(demos)}};
}

int write(const std::string& root, const std::string& programs, const std::string& output) {
    json lessons = json::array();
    for (const course::Lesson& lesson : course::load_lessons(root))
        lessons.push_back(entry_of(lesson, programs));
    std::ofstream stream(output);
    stream << json{{"lessons", std::move(lessons)}}.dump(1) << '\n';
    if (!stream.flush()) daemon::fail(errno, "write", output);
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("write_manifest", [&] {
        if (argument_count != 4)
            throw daemon::UsageError("usage: write_manifest ROOT PROGRAMS OUTPUT");
        return write(arguments[1], arguments[2], arguments[3]);
    });
}
