#include "lessons/course/terminal.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "daemon/fd.hh"

using waymark::course::ColorWish;
using waymark::course::printable;
using waymark::course::Style;
using waymark::course::text_width;
using waymark::course::wants_color;
using waymark::course::wrapped;
using waymark::daemon::Fd;

namespace {

// A terminal that nobody sees.
Fd open_terminal(Fd& master) {
    master = Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    return Fd(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
}

void forget_wishes() {
    for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"}) ::unsetenv(name);
    ::setenv("TERM", "xterm", 1);
}

}  // namespace

TEST_CASE("colour: the option, then NO_COLOR, then force, then the terminal") {
    Fd master;
    const Fd terminal = open_terminal(master);
    const Fd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    forget_wishes();
    CHECK(wants_color(ColorWish::automatic, terminal.get()));
    CHECK_FALSE(wants_color(ColorWish::automatic, file.get()));
    CHECK(wants_color(ColorWish::always, file.get()));
    CHECK_FALSE(wants_color(ColorWish::never, terminal.get()));
    ::setenv("CLICOLOR_FORCE", "1", 1);
    CHECK(wants_color(ColorWish::automatic, file.get()));
    ::setenv("NO_COLOR", "1", 1);
    CHECK_FALSE(wants_color(ColorWish::automatic, terminal.get()));
    CHECK(wants_color(ColorWish::always, file.get()));
    forget_wishes();
    ::setenv("TERM", "dumb", 1);
    CHECK_FALSE(wants_color(ColorWish::automatic, terminal.get()));
}

TEST_CASE("without colour there are no escapes") {
    CHECK(Style(false).bad("FAIL") == "FAIL");
    CHECK(Style(true).bad("FAIL") == "\x1b[31mFAIL\x1b[0m");
}

TEST_CASE("the width of what is no terminal is 80") {
    const Fd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    CHECK(text_width(file.get()) == 80);
}

TEST_CASE("lines are broken at spaces and indented") {
    CHECK(wrapped("one two three", 9, 2, 0) == "one two\n  three");
    CHECK(wrapped("one two", 80, 4, 4) == "one two");
    CHECK(wrapped("a\nb", 80, 2, 0) == "a\n  b");
    CHECK(wrapped("averyverylongword b", 5, 1, 0) == "averyverylongword\n b");
    CHECK(wrapped("", 10, 2, 0).empty());
}

TEST_CASE("what a stranger prints cannot move the cursor") {
    CHECK(printable("a\x1b[2J\tb\n") == "a\\x1b[2J\tb\n");
    CHECK(printable(std::string("\0\x7f", 2)) == "\\x00\\x7f");
}
