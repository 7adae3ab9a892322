// The supplementary groups. Wrong: user and group are nobody's, all three ids of each, and the list
// of groups that root had is still there.
//
// Look at the groups, and at the log file, which nobody may not read.

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

//#region kept
void drop_without_groups() {
    check(::setresgid(kNobody, kNobody, kNobody), "setresgid");  //@ 1
    check(::setresuid(kNobody, kNobody, kNobody), "setresuid");  //@ 2
}
//#endregion kept

}  // namespace

int main() {
    say_if_made_up();
    const LogFile log;
    fmt::print("a log of root and group 4, mode 0640\n");
    //#region then
    as_root([&](ChildSteps&) {
        fmt::print("1. setresgid and setresuid\n");
        drop_without_groups();
        fmt::print("   {}\n   the log: {}\n", who(), log.try_to_read());
    });
    //#endregion then
    as_root([&](ChildSteps&) {
        fmt::print("2. drop_permanently\n");
        drop_permanently("nobody");
        fmt::print("   {}\n   the log: {}\n", who(), log.try_to_read());
    });
}
