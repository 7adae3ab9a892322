#include "slides/server/manifest.hh"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

using nlohmann::json;

DemoEntry demo_from(const json& from, const std::filesystem::path& folder) {
    DemoEntry demo;
    demo.name = from.at("name").get<std::string>();
    demo.title = from.at("title").get<std::string>();
    demo.look = from.at("look").get<std::string>();
    demo.program = folder / from.at("program").get<std::string>();
    demo.arguments = from.at("arguments").get<std::vector<std::string>>();
    demo.reads_input = from.at("reads_input").get<bool>();
    demo.client = from.at("client").get<std::string>();
    demo.shows_mistake = from.at("wrong").get<bool>();
    demo.needs_root = from.at("needs_root").get<bool>();
    demo.limit = std::chrono::seconds(from.at("limit_seconds").get<int>());
    return demo;
}

LessonEntry lesson_from(const json& from, const std::filesystem::path& folder) {
    LessonEntry lesson;
    lesson.name = from.at("name").get<std::string>();
    lesson.title = from.at("title").get<std::string>();
    lesson.question = from.at("question").get<std::string>();
    lesson.reading = std::chrono::minutes(from.at("minutes").at("reading").get<int>());
    lesson.watching = std::chrono::minutes(from.at("minutes").at("watching").get<int>());
    lesson.doing = std::chrono::minutes(from.at("minutes").at("doing").get<int>());
    lesson.lecturing = std::chrono::minutes(from.at("minutes").at("lecturing").get<int>());
    lesson.exercise = from.at("exercise").get<std::vector<std::string>>();
    for (const json& demo : from.at("demos")) lesson.demos.push_back(demo_from(demo, folder));
    return lesson;
}

}  // namespace

const DemoEntry* LessonEntry::demo(std::string_view wanted) const {
    const auto found = std::ranges::find_if(
        demos, [wanted](const DemoEntry& each) { return each.name == wanted; });
    return found == demos.end() ? nullptr : &*found;
}

const LessonEntry* Manifest::lesson(std::string_view wanted) const {
    const auto found = std::ranges::find_if(lessons, [wanted](const LessonEntry& each) {
        return each.name == wanted || each.name.substr(0, 2) == wanted;
    });
    return found == lessons.end() ? nullptr : &*found;
}

Manifest load_manifest(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream)
        throw daemon::UsageError(fmt::format(
            "there is no list of demos at {}: build it with ./waymark slides", file.string()));
    try {
        Manifest manifest;
        const json list = json::parse(stream);
        // A demo runs in a folder of its own, where a relative path would lead nowhere.
        const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
        for (const json& lesson : list.at("lessons"))
            manifest.lessons.push_back(lesson_from(lesson, folder));
        return manifest;
    } catch (const json::exception& error) {
        throw daemon::UsageError(fmt::format("{}: {}", file.string(), error.what()));
    }
}

}  // namespace waymark::slides
