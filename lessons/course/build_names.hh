// How files of the build folder are named, relative to it, from the name of a source in the
// project, "daemon/children.cc", or of a lesson, "01-processes".

#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace waymark::course {

// Where Meson puts the library of a floor and its objects.
inline std::string library_of(const std::string& source) {
    const std::string folder = std::filesystem::path(source).parent_path().string();
    const std::string name = std::filesystem::path(source).parent_path().filename().string();
    return fmt::format("{}/libwaymark_{}.a", folder, name);
}

inline std::string object_of(const std::string& source) {
    return fmt::format("{}.p/{}.o", library_of(source),
                       std::filesystem::path(source).filename().string());
}

inline std::string check_of(const std::string& lesson) {
    return fmt::format("lessons/{}/check", lesson);
}

// A name for files that belong to one source.
inline std::string flat(const std::string& source) {
    std::string name = source;
    std::ranges::replace(name, '/', '-');
    return name;
}

}  // namespace waymark::course
