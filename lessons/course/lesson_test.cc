#include "lessons/course/lesson.hh"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

#include "daemon/error.hh"

using waymark::course::find_demo;
using waymark::course::find_lesson;
using waymark::course::Lesson;
using waymark::course::load_lesson;
using waymark::course::load_lessons;
using waymark::course::Sanitizer;
using waymark::daemon::UsageError;

namespace {

namespace fs = std::filesystem;

const std::string kWhole = R"({
  "title": "Processes", "question": "Who cleans up?",
  "minutes": {"text": 20, "demos": 10, "exercise": 45, "lecture": 50},
  "sources": ["daemon/children.cc"], "sanitizer": "thread", "hints": ["a", "b", "c"],
  "demos": [{"name": "1-zombies", "title": "Zombies", "look": "ps", "wrong": true},
            {"name": "2-reaped", "title": "None", "look": "ps", "limit_seconds": 5}]})";

class Root {
  public:
    Root() {
        std::string pattern = fs::temp_directory_path() / "lesson-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~Root() { fs::remove_all(path_); }
    fs::path add(const std::string& name, const std::string& text) const {
        fs::create_directories(path_ / "lessons" / name);
        std::ofstream(path_ / "lessons" / name / "lesson.json") << text;
        return path_ / "lessons" / name;
    }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

std::string refusal(const std::string& text) {
    const Root root;
    try {
        load_lesson(root.add("01-processes", text));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a lesson is read whole") {
    const Root root;
    const Lesson lesson = load_lesson(root.add("01-processes", kWhole));
    CHECK(lesson.number() == "01");
    CHECK(lesson.region() == "exercise-01");
    CHECK(lesson.minutes().count() == 75);
    CHECK(lesson.lecturing.count() == 50);
    CHECK(lesson.sanitizer == Sanitizer::thread);
    CHECK(lesson.demos.at(0).wrong);
    CHECK(lesson.demos.at(1).limit.count() == 5);
}

TEST_CASE("lessons come in order, and folders without a lesson are none") {
    const Root root;
    root.add("02-threads", kWhole);
    root.add("01-processes", kWhole);
    fs::create_directories(root.path() / "lessons" / "16-tracker");
    const std::vector<Lesson> lessons = load_lessons(root.path());
    REQUIRE(lessons.size() == 2);
    CHECK(lessons[0].name == "01-processes");
    for (const char* name : {"2", "02", "threads", "02-threads"})
        CHECK(find_lesson(lessons, name).name == "02-threads");
    for (const char* name : {"1", "zombies", "1-zombies"})
        CHECK(find_demo(lessons[0], name).name == "1-zombies");
    CHECK_THROWS_AS(find_lesson(lessons, "3"), UsageError);
    CHECK_THROWS_AS(find_demo(lessons[0], "3"), UsageError);
    CHECK_THROWS_AS(find_lesson(lessons, ""), UsageError);
}

TEST_CASE("what is wrong in the file is named") {
    CHECK(refusal(kWhole) == "accepted");
    CHECK(refusal("{").find("parse error") != std::string::npos);
    CHECK(refusal("[]").find("is not an object") != std::string::npos);
    CHECK(refusal("{}").find("lacks 'minutes'") != std::string::npos);
    const struct {
        const char* from;
        const char* to;
        const char* says;
    } cases[] = {
        {"\"title\": \"Processes\"", "\"titel\": \"Processes\"", "unknown key 'titel'"},
        {"\"wrong\"", "\"wrogn\"", "demo 1 has an unknown key 'wrogn'"},
        {"\"text\": 20", "\"text\": \"20\"", "'text':"},
        {"\"thread\"", "\"memory\"", "'sanitizer' is 'memory'"},
        {"\"look\": \"ps\", \"wrong\"", "\"wrong\"", "demo 1 lacks 'look'"},
    };
    for (const auto& wrong : cases) {
        std::string text = kWhole;
        text.replace(text.find(wrong.from), std::string(wrong.from).size(), wrong.to);
        CHECK_MESSAGE(refusal(text).find(wrong.says) != std::string::npos, refusal(text));
    }
}
