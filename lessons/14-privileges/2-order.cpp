// A drop in the wrong order. Wrong: the user first, then the groups, and nobody looks at what the
// calls say. The user is nobody, and all else is root's.
//
// Look at the group and the groups, and at the log file.

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

//#region wrong
void drop_user_first() {
    (void)!::setuid(kNobody);        //@ 1
    (void)!::setgid(kNobody);        //@ 2
    (void)!::setgroups(0, nullptr);  //@ 3
}
//#endregion wrong

//#region right
void drop_groups_first() {
    check(::setgroups(0, nullptr), "setgroups");  //@ 4
    check(::setgid(kNobody), "setgid");           //@ 5
    check(::setuid(kNobody), "setuid");           //@ 6
}
//#endregion right

}  // namespace

int main() {
    say_if_made_up();
    const LogFile log;
    as_root([&](ChildSteps&) {
        fmt::print("1. setuid, setgid, setgroups, and nobody looks\n");
        drop_user_first();
        fmt::print("   {}\n   the log of group 4: {}\n", who(), log.try_to_read());
    });
    as_root([&](ChildSteps&) {
        fmt::print("2. the same, and somebody looks\n");
        check(::setuid(kNobody), "setuid");
        fmt::print("   setgid: {}\n", in_words(::setgid(kNobody)));
        fmt::print("   setgroups: {}\n", in_words(::setgroups(0, nullptr)));
    });
    as_root([&](ChildSteps&) {
        fmt::print("3. setgroups, setgid, setuid\n");
        drop_groups_first();
        fmt::print("   {}\n   the log of group 4: {}\n", who(), log.try_to_read());
    });
}
