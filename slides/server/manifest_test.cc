#include "slides/server/manifest.hh"

#include <doctest/doctest.h>

#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark::slides;

namespace {

struct File {
    explicit File(std::string_view text) { std::ofstream(path()) << text; }
    std::filesystem::path path() const { return folder.file("manifest.json"); }
    waymark::daemon::TemporaryFolder folder;
};

constexpr std::string_view kOneLesson = R"({"lessons": [{
  "name": "01-processes", "title": "Processes", "question": "Who?",
  "minutes": {"reading": 1, "watching": 2, "doing": 3, "lecturing": 4}, "exercise": ["daemon/children.cc"],
  "demos": [{"name": "1-zombies", "title": "t", "look": "l", "program": "../lessons/01-processes/1-zombies",
    "arguments": ["4"], "reads_input": false, "client": "", "wrong": true, "needs_root": false,
    "limit_seconds": 9}]}]})";

std::string refusal_of(const std::filesystem::path& path) {
    try {
        load_manifest(path);
    } catch (const waymark::daemon::UsageError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("programs are found from the manifest's folder") {
    const File file(kOneLesson);
    const Manifest manifest = load_manifest(file.path());
    const LessonEntry* lesson = manifest.lesson("01");
    REQUIRE(lesson != nullptr);
    CHECK(lesson == manifest.lesson("01-processes"));
    CHECK(lesson->doing == std::chrono::minutes(3));
    CHECK(lesson->lecturing == std::chrono::minutes(4));
    const DemoEntry* demo = lesson->demo("1-zombies");
    REQUIRE(demo != nullptr);
    CHECK(demo->program == file.folder.file("../lessons/01-processes/1-zombies"));
    CHECK(demo->arguments == std::vector<std::string>{"4"});
    CHECK(demo->limit == std::chrono::seconds(9));
    CHECK(lesson->demo("1") == nullptr);
    CHECK(manifest.lesson("02") == nullptr);
}

TEST_CASE("a manifest that is missing or is something else is refused") {
    CHECK(refusal_of("/nowhere/manifest.json").find("build it with") != std::string::npos);
    CHECK(refusal_of(File("{").path()).find("manifest.json") != std::string::npos);
    const File no_demos(R"({"lessons": [{"name": "01"}]})");
    CHECK(refusal_of(no_demos.path()).find("title") != std::string::npos);
    const File file(kOneLesson);
    CHECK(refusal_of(file.path()) == "accepted");
}
