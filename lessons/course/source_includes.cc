#include "lessons/course/source_includes.hh"

#include <fmt/format.h>

#include <set>
#include <sstream>

#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

void add_system_includes(const fs::path& root, const std::string& name, std::set<std::string>& seen,
                         std::set<std::string>& includes) {
    constexpr std::string_view kOurs = "#include \"";
    if (!seen.insert(name).second || !fs::is_regular_file(root / name)) return;
    std::istringstream lines(read_file(root / name));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#include <")) includes.insert(line);
        if (line.starts_with(kOurs))
            add_system_includes(root, line.substr(kOurs.size(), line.rfind('"') - kOurs.size()),
                                seen, includes);
    }
}

}  // namespace

std::string system_includes(const fs::path& root, const std::string& source) {
    std::set<std::string> seen;
    std::set<std::string> includes;
    add_system_includes(root, source, seen, includes);
    return fmt::format("{}\n", fmt::join(includes, "\n"));
}

}  // namespace waymark::course
