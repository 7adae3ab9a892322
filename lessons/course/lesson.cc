#include "lessons/course/lesson.hh"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::UsageError;
using nlohmann::json;

// One object of the file, with the words for what is wrong in it.
class Table {
  public:
    Table(const json& value, std::string where) : value_(value), where_(std::move(where)) {
        if (!value_.is_object()) refuse("is not an object");
    }

    void allow_only(std::initializer_list<std::string_view> keys) const {
        for (const auto& [key, value] : value_.items())
            if (std::ranges::find(keys, key) == keys.end())
                refuse(fmt::format("has an unknown key '{}'", key));
    }
    const json& at(const char* key) const {
        if (!value_.contains(key)) refuse(fmt::format("lacks '{}'", key));
        return value_.at(key);
    }
    template <typename Value>
    Value get(const char* key) const {
        try {
            return at(key).get<Value>();
        } catch (const json::exception& error) {
            refuse(fmt::format("'{}': {}", key, error.what()));
        }
    }
    template <typename Value>
    Value get_or(const char* key, Value otherwise) const {
        return value_.contains(key) ? get<Value>(key) : otherwise;
    }
    [[noreturn]] void refuse(std::string_view what) const {
        throw UsageError(fmt::format("{} {}", where_, what));
    }
    const std::string& where() const { return where_; }

  private:
    const json& value_;
    std::string where_;
};

Demo read_demo(const Table& table) {
    table.allow_only({"name", "title", "look", "arguments", "reads_input", "client", "wrong",
                      "needs_root", "limit_seconds"});
    Demo demo;
    demo.name = table.get<std::string>("name");
    demo.title = table.get<std::string>("title");
    demo.look = table.get<std::string>("look");
    demo.arguments = table.get_or<std::vector<std::string>>("arguments", {});
    demo.reads_input = table.get_or("reads_input", false);
    demo.client = table.get_or<std::string>("client", "");
    demo.wrong = table.get_or("wrong", false);
    demo.needs_root = table.get_or("needs_root", false);
    demo.limit = std::chrono::seconds(table.get_or("limit_seconds", 20));
    return demo;
}

Sanitizer read_sanitizer(const Table& table) {
    const std::string name = table.get_or<std::string>("sanitizer", "address");
    if (name == "address") return Sanitizer::address;
    if (name == "thread") return Sanitizer::thread;
    table.refuse(fmt::format("'sanitizer' is '{}'; there are 'address' and 'thread'", name));
}

void read_grading(const Table& table, Lesson& lesson) {
    table.allow_only({"points", "must_pass"});
    lesson.worth = table.get_or<std::map<std::string, int>>("points", {});
    for (const auto& [name, points] : lesson.worth)
        if (points < 0) table.refuse(fmt::format("'{}' is worth {} points", name, points));
    lesson.must_pass = table.get_or<std::vector<std::string>>("must_pass", {});
}

json read_json(const fs::path& path) {
    std::ifstream file(path);
    if (!file) throw UsageError(fmt::format("{}: cannot be read", path.string()));
    try {
        return json::parse(file, nullptr, true, true);
    } catch (const json::parse_error& error) {
        throw UsageError(fmt::format("{}: {}", path.string(), error.what()));
    }
}

bool is_lesson_folder(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) &&
           std::isdigit(static_cast<unsigned char>(name[1])) && name[2] == '-' &&
           fs::exists(folder / "lesson.json");
}

// "1" and "01" are the same lesson; "1" and "1-zombies" the same demo.
bool means(std::string_view full, std::string_view asked) {
    const std::size_t dash = full.find('-');
    if (full == asked || (dash != full.npos && full.substr(dash + 1) == asked)) return true;
    std::string_view number = full.substr(0, dash);
    while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
    while (asked.size() > 1 && asked.front() == '0') asked.remove_prefix(1);
    return number == asked;
}

template <typename Items>
std::string names_of(const Items& items) {
    std::string names;
    for (const auto& item : items) names += (names.empty() ? "" : ", ") + item.name;
    return names;
}

}  // namespace

Lesson load_lesson(const fs::path& folder) {
    const fs::path path = folder / "lesson.json";
    const json file = read_json(path);
    const Table table(file, path.string() + ":");
    table.allow_only({"title", "question", "minutes", "sources", "sanitizer", "hints", "demos",
                      "grading", "exercise_only", "kept_in_handouts_because"});
    const Table minutes(table.at("minutes"), table.where() + " 'minutes'");
    minutes.allow_only({"text", "demos", "exercise", "lecture"});
    Lesson lesson;
    lesson.name = folder.filename().string();
    lesson.folder = folder;
    lesson.title = table.get<std::string>("title");
    lesson.question = table.get<std::string>("question");
    lesson.reading = std::chrono::minutes(minutes.get<int>("text"));
    lesson.watching = std::chrono::minutes(minutes.get<int>("demos"));
    lesson.doing = std::chrono::minutes(minutes.get<int>("exercise"));
    lesson.lecturing = std::chrono::minutes(minutes.get_or("lecture", 0));
    lesson.sources = table.get<std::vector<std::string>>("sources");
    lesson.sanitizer = read_sanitizer(table);
    lesson.exercise_only = table.get_or("exercise_only", false);
    lesson.kept_because = table.get_or<std::string>("kept_in_handouts_because", "");
    lesson.hints = table.get<std::vector<std::string>>("hints");
    if (file.contains("grading"))
        read_grading(Table(file.at("grading"), table.where() + " 'grading'"), lesson);
    for (const json& demo : table.at("demos"))
        lesson.demos.push_back(read_demo(
            Table(demo, fmt::format("{} demo {}", table.where(), lesson.demos.size() + 1))));
    return lesson;
}

std::vector<Lesson> load_lessons(const fs::path& root) {
    std::vector<fs::path> folders;
    for (const fs::directory_entry& entry : fs::directory_iterator(root / "lessons"))
        if (is_lesson_folder(entry.path())) folders.push_back(entry.path());
    std::ranges::sort(folders);
    std::vector<Lesson> lessons;
    for (const fs::path& folder : folders) lessons.push_back(load_lesson(folder));
    return lessons;
}

const Lesson& find_lesson(const std::vector<Lesson>& lessons, std::string_view name) {
    for (const Lesson& lesson : lessons)
        if (means(lesson.name, name)) return lesson;
    throw UsageError(fmt::format("there is no lesson '{}'; there are {}", name, names_of(lessons)));
}

const Demo& find_demo(const Lesson& lesson, std::string_view name) {
    for (const Demo& demo : lesson.demos)
        if (means(demo.name, name)) return demo;
    throw UsageError(fmt::format("lesson {} has no demo '{}'; there are {}", lesson.name, name,
                                 names_of(lesson.demos)));
}

}  // namespace waymark::course
