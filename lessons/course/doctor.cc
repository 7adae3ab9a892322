// Of the doctor: programs, libraries, sanitizers.

#include "lessons/course/doctor.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <sstream>

#include "lessons/course/program.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using State = Health::State;

struct Package {
    std::string sets;  // who wants it: "course", "server,slides"
    std::string name;
    std::string kind;  // tool, module, header, python, browser
    std::string thing;
};

// The lines "course  g++  tool:g++" of the list in the script that installs them.
std::vector<Package> read_packages(const fs::path& script) {
    std::vector<Package> packages;
    std::istringstream lines(read_file(script));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Package package;
        std::string seen_by, more;
        if (!(words >> package.sets >> package.name >> seen_by) || words >> more) continue;
        const std::size_t colon = seen_by.find(':');
        if (package.sets.starts_with('#') || colon == seen_by.npos) continue;
        package.kind = seen_by.substr(0, colon);
        package.thing = seen_by.substr(colon + 1);
        packages.push_back(package);
    }
    return packages;
}

bool have_tool(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((fs::path(folder) / name).c_str(), X_OK) == 0) return true;
    return false;
}

// In the folder of this machine's kind, /usr/lib/x86_64-linux-gnu or another.
bool is_in_a_library_folder(const std::string& file) {
    for (const fs::directory_entry& folder : fs::directory_iterator("/usr/lib"))
        if (fs::exists(folder.path() / file)) return true;
    return false;
}

bool is_there(const Package& package) {
    if (package.kind == "tool") return have_tool(package.thing);
    if (package.kind == "module")
        return have_tool("pkg-config") &&
               run_program({"pkg-config", "--exists", package.thing}, "/").success();
    if (package.kind == "python")
        return run_program({"python3", "-c", "import " + package.thing}, "/").success();
    if (package.kind == "header")
        return fs::exists("/usr/include/" + package.thing) ||
               fs::exists("/usr/local/include/" + package.thing);
    if (package.kind == "root_tool")
        return have_tool(package.thing) || fs::exists("/usr/sbin/" + package.thing);
    if (package.kind == "file") return is_in_a_library_folder(package.thing);
    return std::getenv("CHROMIUM") != nullptr || have_tool("chromium") ||
           have_tool("chromium-headless-shell") || have_tool("google-chrome");
}

bool is_for(const Package& package, const std::string& set) {
    return ("," + package.sets + ",").find("," + set + ",") != std::string::npos;
}

std::string without_it(const Package& package) {
    if (is_for(package, "course")) return "nothing can be built";
    if (is_for(package, "helpful")) return "builds and verdicts are slower";
    if (is_for(package, "server"))
        return is_for(package, "slides") ? "neither the tracking server nor the slides have pages"
                                         : "the tracking server is not built, nor the capstone";
    if (is_for(package, "slides")) return "the slides are not shown";
    if (package.kind == "browser")
        return "the pages' and slides' tests skip, and slides do not print";
    return is_for(package, "tests") ? "some tests skip" : "nothing is measured against others";
}

Health look_at_package(const Package& package) {
    Health health{State::good, package.name, "is there", "", ""};
    if (is_there(package)) return health;
    health.state = is_for(package, "course") ? State::broken : State::limited;
    health.seen = "is not there";
    health.cannot = without_it(package);
    health.cure = "apt-get install " + package.name;
    return health;
}

// The first number in what a program says of its version.
int major_version(const std::string& program) {
    const std::string said = run_program({program, "--version"}, "/").output;
    const std::size_t last_word = said.rfind(' ', said.find('\n'));
    const std::size_t place =
        said.find_first_of("0123456789", last_word == said.npos ? 0 : last_word);
    int number = 0;
    if (place != said.npos) std::from_chars(said.data() + place, said.data() + said.size(), number);
    return number;
}

Health look_at_version(const std::string& program, int least) {
    const int seen = major_version(program);
    Health health{State::good, program + "'s version", std::to_string(seen), "", ""};
    if (seen >= least) return health;
    health.state = State::broken;
    health.cannot = "the library is not compiled";
    health.cure = fmt::format("install {} {} or newer", program, least);
    return health;
}

Health look_at_sanitizer(const std::string& name, const std::string& lessons,
                         const std::string& cure) {
    const ScratchFolder folder;
    const fs::path source = folder.path() / "empty.cc";
    const fs::path program = folder.path() / "empty";
    write_file(source, "int main() {}\n");
    Health health{State::good, name + " sanitizer", "a program with it runs", "", ""};
    const Ran compiled = run_program({"g++", "-fsanitize=" + name, source, "-o", program}, "/");
    const Ran ran = compiled.success() ? run_program({program}, "/") : compiled;
    if (ran.success()) return health;
    health.state = State::broken;
    health.seen = compiled.success() ? "a program with it ends at once: " + ran.ending.describe()
                                     : "a program with it cannot be built";
    health.cannot = "the checks of " + lessons;
    health.cure = cure;
    return health;
}

}  // namespace

std::vector<Health> look_at_programs(const fs::path& root) {
    std::vector<Health> all;
    for (const Package& package : read_packages(root / "lessons" / "course" / "packages.sh"))
        all.push_back(look_at_package(package));
    constexpr int kLeastCompiler = 12;
    if (have_tool("g++")) all.push_back(look_at_version("g++", kLeastCompiler));
    if (have_tool("meson")) all.push_back(look_at_version("meson", 1));
    return all;
}

std::vector<Health> look_at_sanitizers() {
    if (!have_tool("g++")) return {};  // that was said
    return {look_at_sanitizer("address", "most lessons",
                              "install the runtime of this compiler: libasan"),
            look_at_sanitizer("thread", "lessons 02 and 03",
                              "the runtime of g++ 12 does not know addresses that are this random: "
                              "sysctl vm.mmap_rnd_bits=28")};
}

}  // namespace waymark::course
