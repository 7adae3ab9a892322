// Two processes log into one file.
//
// Wrong: a line is two writes, its head and its message. The demo holds the first process between
// the two, where the scheduler may do so at any time. Look at the lines. Then with one write each.

#include <fcntl.h>

#include "by_hand.hh"

using namespace waymark::demo;
using waymark::daemon::make_pipe;
using waymark::daemon::Pipe;

namespace {

void put(const Fd& file, std::string_view text) {
    (void)!::write(file.get(), text.data(), text.size());
}

void let_go(const Pipe& pipe) {
    put(pipe.writing, "x");
}
void wait_until(const Pipe& pipe) {
    char byte;
    (void)!::read(pipe.reading.get(), &byte, 1);
}

struct Moment {  // between two writes of the first
    Pipe reached = make_pipe();
    Pipe over = make_pipe();
    void happens() {
        let_go(reached);
        wait_until(over);
    }
};

//#region two
void log_in_two(const Fd& file, Moment& moment) {
    put(file, "server[1] info: ");  //@ 1
    moment.happens();               //@ 2
    put(file, "alice came\n");      //@ 3
}
//#endregion two

//#region one
void log_in_one(const Fd& file, Moment& moment) {
    const std::string line = fmt::format("server[1] info: {}\n", "alice came");
    moment.happens();
    put(file, line);
}
//#endregion one

void show(const char* title, void (*log)(const Fd&, Moment&)) {
    const Folder folder;
    const Fd file(check(
        ::open(folder.at("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), "open"));
    Moment moment;
    const pid_t first = start([&] { log(file, moment); });
    //#region other
    const pid_t second = start([&] {
        wait_until(moment.reached);
        put(file, "server[2] info: bob came\n");  //@ 4
        let_go(moment.over);
    });
    //#endregion other
    wait_for(second);
    wait_for(first);
    fmt::print("{}\n", title);
    print_lines(folder.at("log"));
    end_step();
}

}  // namespace

int main() {
    show("1. the first process writes its line in two", log_in_two);
    show("2. it writes its line in one", log_in_one);
}
