// The dance of a set-user-ID program: user 1000 starts it, it is root by its effective and saved
// id, and it takes the effective one off and puts it on again around bind. Wrong, if it is meant as
// a drop: a fault does the same.
//
// Look at the saved id, and at what a fault gets when it calls seteuid(0).

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr uid_t kUser = 1000;

void become_set_user_id() {
    check(::setgroups(0, nullptr), "setgroups");
    check(::setresgid(kUser, kUser, kUser), "setresgid");
    check(::setresuid(kUser, 0, 0), "setresuid");
}

// What a stranger's bytes make a parser do.
void fault() {
    const std::string said = in_words(::seteuid(0));
    fmt::print("   a fault calls seteuid(0): {}\n   {}\n", said, who());
}

//#region dance
void dance() {
    check(::seteuid(kUser), "seteuid");  //@ 1
    fmt::print("   off:  {}\n", who());
    check(::seteuid(0), "seteuid");  //@ 2
    fmt::print("   on:   {}, and bind\n", who());
    check(::seteuid(kUser), "seteuid");  //@ 3
    fmt::print("   off:  {}\n", who());
}
//#endregion dance

//#region drop
void drop() {
    check(::setresuid(kUser, kUser, kUser), "setresuid");  //@ 4
    fmt::print("   {}\n", who());
}
//#endregion drop

}  // namespace

int main() {
    say_if_made_up();
    as_root([](ChildSteps& steps) {
        become_set_user_id();
        fmt::print("1. started by 1000: {}\n", who());
        dance();
        steps.end_step();
        fault();
    });
    as_root([](ChildSteps&) {
        become_set_user_id();
        fmt::print("2. all three ids, after bind\n");
        drop();
        fault();
    });
}
