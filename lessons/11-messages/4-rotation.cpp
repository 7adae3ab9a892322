// A log file is renamed in the night, and the server goes on. SIGHUP tells it to open its path
// again.
//
// Wrong: the descriptor leads to the file and not to its name. Then, without O_APPEND: a file that
// was cut to nothing. Look at which file the lines are in, and at the zeros.

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "by_hand.hh"
#include "daemon/log.hh"

using namespace waymark::demo;
using waymark::daemon::Log;
using waymark::daemon::LogTarget;

namespace {

//#region handler
volatile std::sig_atomic_t hangups = 0;

void count_hangup(int) {
    hangups = hangups + 1;
}
//#endregion handler

void print_files(const Folder& folder) {
    for (const char* name : {"log.1", "log"}) {
        std::string words;
        for (const std::string& line : lines_of(folder.at(name)))
            words += " " + line.substr(line.rfind(' ') + 1);
        fmt::print("   {:<5} {}\n", name,
                   !std::filesystem::exists(folder.at(name)) ? " is not there"
                   : words.empty()                           ? " is empty"
                                                             : words);
    }
    end_step();
}

void rotate() {
    const Folder folder;
    Log log({.target = LogTarget::file, .path = folder.at("log"), .program = "server"});
    fmt::print("1. a line, mv log log.1, and another line\n");
    log.info("one");
    std::filesystem::rename(folder.at("log"), folder.at("log.1"));
    log.info("two");
    print_files(folder);
    fmt::print("2. SIGHUP, and a third line\n");
    //#region hangup
    ::raise(SIGHUP);                //@ 1
    if (hangups > 0) log.reopen();  //@ 2
    log.info("three");              //@ 3
    //#endregion hangup
    print_files(folder);
}

// What is in the file after it was cut to nothing in the middle.
void cut_to_nothing(int number, const char* title, int flags) {
    const Folder folder;
    const std::string path = folder.at("log");
    const Fd file(
        check(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600), "open"));
    const std::string hundred = std::string(99, 'a') + "\n";
    (void)!::write(file.get(), hundred.data(), hundred.size());
    check(::truncate(path.c_str(), 0), "truncate");
    (void)!::write(file.get(), "next\n", 5);
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto zeros = std::count(text.begin(), text.end(), '\0');
    fmt::print("{}. {}: cut to nothing, and 5 bytes more\n   {} bytes, of which {} are zero\n",
               number, title, text.size(), zeros);
    end_step();
}

}  // namespace

int main() {
    struct sigaction action {};
    action.sa_handler = count_hangup;
    check(::sigaction(SIGHUP, &action, nullptr), "sigaction");
    rotate();
    cut_to_nothing(3, "without O_APPEND", 0);
    cut_to_nothing(4, "with O_APPEND", O_APPEND);
}
