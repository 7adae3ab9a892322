// Less than nobody: a list of the system calls that are allowed, and of the folders that may be
// read. No root is needed for either.
//
// Look at what a fault gets when it starts a shell, and which file is opened.

#include "by_hand.hh"
#include "daemon/call_filter.hh"
#include "daemon/landlock.hh"

using namespace waymark::demo;
using waymark::daemon::CallGroup;
using waymark::daemon::Enforced;
using waymark::daemon::FileRight;

namespace {

std::string try_shell() {
    ::execl("/bin/sh", "sh", "-c", "echo a shell runs", nullptr);
    return error_text(errno);
}

std::string try_open(const char* file) {
    const Fd opened(::open(file, O_RDONLY | O_CLOEXEC));
    return in_words(opened ? 0 : -1);
}

void in_a_child(const std::function<void()>& body) {
    std::fflush(stdout);
    const pid_t child = check(::fork(), "fork");
    if (child == 0) {
        body();
        std::fflush(stdout);
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    end_step();
}

//#region filter
void filtered() {
    waymark::daemon::allow_only({CallGroup::process, CallGroup::memory,         //@ 1..
                                 CallGroup::signals, CallGroup::descriptors});  //@ ..1
    fmt::print("   a shell: {}\n", try_shell());                                //@ 2
    fmt::print("   /etc/passwd: {}\n", try_open("/etc/passwd"));                //@ 3
}
//#endregion filter

//#region landlock
void locked_in() {
    const Enforced held = waymark::daemon::stay_within({{{"/usr", FileRight::read}}});  //@ 4
    fmt::print("   /usr: {}\n", try_open("/usr"));                                      //@ 5
    const char* const held_here = held.files() ? "held" : "not held here";
    fmt::print("   /etc/passwd: {}; {}\n", try_open("/etc/passwd"), held_here);  //@ 6
}
//#endregion landlock

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. no filter\n");
    in_a_child([] { fmt::print("   {}\n", try_shell()); });
    fmt::print("2. calls to compute, to read and to write what is open\n");
    in_a_child(filtered);
    fmt::print("3. Landlock: /usr may be read\n");
    in_a_child(locked_in);
}
