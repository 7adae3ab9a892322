// A peer chooses a name, and the server logs it.
//
// Wrong: the name goes into the line as it came; then it is read as a format. Look at the second
// line, which nobody has written, and at what braces do. Then the same with daemon::Log.

#include <stdexcept>

#include "by_hand.hh"
#include "daemon/log.hh"

using namespace waymark::demo;

namespace {

//#region name
const std::string kName = "bob\nserver[1] notice: login of root: ok";
//#endregion name

//#region raw
void log_raw(std::ofstream& file, const std::string& name) {
    file << "server[1] notice: login of " << name << ": no\n";
}
//#endregion raw

//#region format
std::string as_a_format(const std::string& name) {
    return fmt::format(fmt::runtime("login of " + name));
}
//#endregion format

void show_format() {
    fmt::print("2. the name \"{{0}}\" as a part of the format\n");
    try {
        fmt::print("   {}\n", as_a_format("{0}"));
    } catch (const std::runtime_error& error) {
        fmt::print("   no line: {}\n", error.what());
    }
    end_step();
}

}  // namespace

int main() {
    const Folder folder;
    {
        //#region login
        std::ofstream file(folder.at("raw"));
        // the password was wrong
        log_raw(file, kName);
        //#endregion login
    }
    fmt::print("1. one login, logged as it came: {} lines\n", lines_of(folder.at("raw")).size());
    print_lines(folder.at("raw"));
    end_step();
    show_format();
    using waymark::daemon::Log;
    using waymark::daemon::LogTarget;
    Log log({.target = LogTarget::file, .path = folder.at("log"), .program = "server"});
    log.notice("login of {}: no", kName);
    log.notice("login of {}: no", "{0} \x1b[2J \xc2\x9b");
    fmt::print("3. two logins by daemon::Log: {} lines\n", lines_of(folder.at("log")).size());
    for (const std::string& line : lines_of(folder.at("log")))
        fmt::print("   | {}\n", line.substr(line.find("] ") + 2));
}
