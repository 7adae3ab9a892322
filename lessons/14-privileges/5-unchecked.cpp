// setuid fails, and nobody looks. Until Linux 3.1 it said EAGAIN for a user who had as many
// processes as RLIMIT_NPROC lets him (setuid(2), NOTES), and servers were root because of it. The
// kernel of this demo is made up, whoever starts it: the change of the user fails.
//
// Look at who the first server is while it serves strangers.

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

void let_the_user_fail() {
    auto& made_up = *MadeUpCredentials::current();
    made_up.fail_change(2, EAGAIN);
}

//#region unchecked
void drop_and_hope() {
    check(::setgroups(0, nullptr), "setgroups");
    check(::setgid(kNobody), "setgid");
    (void)!::setuid(kNobody);  //@ 1
}
//#endregion unchecked

//#region serve
void serve() {
    fmt::print("   serving as {}\n", who());
}
//#endregion serve

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("(a made-up kernel, in which the change of the user fails)\n");
    as_root(
        [](ChildSteps&) {
            fmt::print("1. setuid unchecked\n");
            let_the_user_fail();
            drop_and_hope();
            serve();
        },
        true);
    as_root(
        [](ChildSteps&) {
            fmt::print("2. drop_permanently\n");
            let_the_user_fail();
            drop_permanently("nobody");
            serve();
        },
        true);
}
