#include "lessons/course/grade_place.hh"

#include <fmt/core.h>

#include <charconv>
#include <sstream>

#include "lessons/course/compiler_words.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// The line in "children.cc:41, in f()" and in "/x/children.cc:41:7: error: ..."; 0 without one.
int line_in(const std::string& words, const std::string& file_name) {
    const std::size_t name = words.find(file_name + ":");
    constexpr std::string_view kBefore = "/ \n";
    if (name == words.npos || (name > 0 && kBefore.find(words[name - 1]) == kBefore.npos)) return 0;
    const char* begin = words.data() + name + file_name.size() + 1;
    int line = 0;
    std::from_chars(begin, words.data() + words.size(), line);
    return line;
}

// "reap(" of "waymark::daemon::Children::reap()".
std::string function_of(const std::string& name) {
    const std::size_t end = name.find('(');
    const std::size_t begin = name.rfind("::", end);
    return name.substr(begin == name.npos ? 0 : begin + 2, end - begin - 1);
}

}  // namespace

std::string CasePlaces::shown(const fs::path& file) const {
    const fs::path relative = file.lexically_relative(root_);
    return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

FileLine CasePlaces::beginning_of(const std::string& source) const {
    const fs::path& file = files_.at(source);
    FileLine place{shown(file), 1};
    if (!fault_of_work(file).empty()) return place;
    std::istringstream lines(read_file(file));
    int number = 1;
    for (std::string line; std::getline(lines, line); ++number)
        if (line.find("#region " + lesson_.region()) != line.npos) place.line = number + 1;
    return place;
}

FileLine CasePlaces::of_case(const std::string& name) const {
    for (const std::string& source : lesson_.sources) {
        const fs::path check =
            lesson_.folder / fmt::format("check_{}.cpp", fs::path(source).stem().string());
        if (fs::exists(check) &&
            read_file(check).find(fmt::format("TEST_CASE(\"{}\"", name)) != std::string::npos)
            return beginning_of(source);
    }
    return beginning_of(lesson_.sources.front());
}

FileLine CasePlaces::named_in(const std::string& words, const std::string& name) const {
    for (const auto& [source, file] : files_)
        if (const int line = line_in(words, file.filename().string()); line > 0)
            return {shown(file), line};
    return of_case(name);
}

FileLine CasePlaces::named_by_compiler(const std::string& words) const {
    for (const auto& [source, file] : files_)
        if (const int line = line_in(words, file.filename().string()); line > 0)
            return {shown(file), line};
    for (const auto& [source, file] : files_)
        if (words.starts_with(file.string())) return {shown(file), 1};  // it is empty
    const std::string missing = function_of(words.substr(0, words.find(" is declared, and")));
    for (const std::string& source : lesson_.sources) {
        const fs::path starter = lesson_.folder / "starter" / fs::path(source).filename();
        if (fs::exists(starter) && read_file(starter).find(missing) != std::string::npos)
            return beginning_of(source);
    }
    return beginning_of(lesson_.sources.front());
}

std::string CasePlaces::without_folders(std::string words) const {
    for (const auto& [source, file] : files_) {
        const std::string folder = file.parent_path().string() + "/";
        for (std::size_t place = 0; (place = words.find(folder, place)) != words.npos;)
            words.erase(place, folder.size());
    }
    return words;
}

}  // namespace waymark::course
