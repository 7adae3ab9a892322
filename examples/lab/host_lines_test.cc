#include "host_lines.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "daemon/error.hh"
#include "daemon/quiet_write.hh"

using namespace waymark;
using lab::HostLines;

namespace {

// One host, and what comes out for it.
class Heard {
  public:
    Heard() : pipe_(daemon::make_pipe()), lines_("host1", std::move(pipe_.reading), out_.get()) {}

    HostLines& lines() { return lines_; }
    void say(std::string_view text) {
        daemon::write_quietly(pipe_.writing.get(), text);
        lines_.take();
    }
    void hang_up() {
        pipe_.writing.reset();
        lines_.take();
    }
    std::string all() {
        std::rewind(out_.get());
        std::string text;
        std::array<char, 4096> piece;
        while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), out_.get()))
            text.append(piece.data(), count);
        return text;
    }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> out_{std::tmpfile()};
    daemon::Pipe pipe_;
    HostLines lines_;
};

}  // namespace

TEST_CASE("each line stands behind the host's name") {
    Heard heard;
    heard.say("one\n\nthree\n");
    CHECK_EQ(heard.all(), "host1: one\nhost1: \nhost1: three\n");
}

TEST_CASE("a line that comes in parts comes out whole") {
    Heard heard;
    heard.say("a li");
    CHECK_EQ(heard.all(), "");
    heard.say("ne\nand ");
    CHECK_EQ(heard.all(), "host1: a line\n");
}

TEST_CASE("what has no line end comes out at the end") {
    Heard heard;
    heard.say("half");
    heard.hang_up();
    CHECK_EQ(heard.all(), "host1: half\n");
    CHECK_EQ(heard.lines().fd(), -1);
}

TEST_CASE("nothing said is nothing printed") {
    Heard heard;
    heard.lines().take();
    CHECK_NE(heard.lines().fd(), -1);
    heard.hang_up();
    CHECK_EQ(heard.all(), "");
}

TEST_CASE("a line without an end comes out in pieces") {
    Heard heard;
    const std::string part(HostLines::kLongest / 2, 'x');
    heard.say(part);
    CHECK_EQ(heard.all(), "");
    heard.say(part);
    heard.say("rest\n");
    CHECK_EQ(heard.all(), "host1: " + part + part + "\nhost1: rest\n");
}
