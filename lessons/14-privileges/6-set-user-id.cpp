// Nobody starts a program with the set-user-ID bit that belongs to root, a copy of id(1). Wrong,
// for who reads what strangers send: the program is root. Then the same with no_new_privs.
//
// Look at the effective user that the program has.

#include <sys/statvfs.h>

#include <filesystem>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

class RootsProgram {
  public:
    RootsProgram() {
        check(::mkdtemp(folder_) ? 0 : -1, "mkdtemp");
        check(::chmod(folder_, 0755), "chmod");
        //#region file
        file_ = std::string(folder_) + "/id";
        std::filesystem::copy_file("/usr/bin/id", file_);
        check(::chmod(file_.c_str(), 04755), "chmod");  // set-user-ID, and root's
        //#endregion file
    }
    RootsProgram(const RootsProgram&) = delete;
    RootsProgram& operator=(const RootsProgram&) = delete;
    ~RootsProgram() {
        ::unlink(file_.c_str());
        ::rmdir(folder_);
    }
    bool counts() const {
        struct statvfs place {};
        return ::statvfs(folder_, &place) == 0 && (place.f_flag & ST_NOSUID) == 0;
    }

    // Prints who it is.
    void start() const {
        fmt::print("   the program's effective user: ");
        std::fflush(stdout);
        if (auto* made_up = MadeUpCredentials::current()) {
            made_up->now.execute_set_user_id(0);
            fmt::print("{}\n", ::geteuid());
            return;
        }
        const pid_t child = check(::fork(), "fork");
        if (child == 0) {
            ::execl(file_.c_str(), "id", "-u", nullptr);
            ::_exit(127);
        }
        ::waitpid(child, nullptr, 0);
    }

  private:
    char folder_[24] = "/tmp/waymark-XXXXXX";
    std::string file_;
};

//#region start
void become_nobody_and_start(const RootsProgram& program, bool no_new_privileges) {
    drop_permanently("nobody");                                       //@ 1
    if (no_new_privileges) waymark::daemon::set_no_new_privileges();  //@ 2
    fmt::print("   {}\n", who());
    program.start();  //@ 3
}
//#endregion start

}  // namespace

int main() {
    say_if_made_up();
    const RootsProgram program;
    if (kIsRoot && !program.counts()) fmt::print("(/tmp is nosuid: the credentials are made up)\n");
    const bool made_up = !kIsRoot || !program.counts();
    as_root(
        [&](ChildSteps&) {
            fmt::print("1. nobody starts it\n");
            become_nobody_and_start(program, false);
        },
        made_up);
    as_root(
        [&](ChildSteps&) {
            fmt::print("2. nobody with no_new_privs starts it\n");
            become_nobody_and_start(program, true);
        },
        made_up);
}
