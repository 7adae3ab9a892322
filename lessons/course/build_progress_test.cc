#include "lessons/course/build_progress.hh"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace waymark::course {

namespace {

using std::chrono::seconds;

// What is written while ninja says lines, each some seconds after the one before.
class Heard {
  public:
    explicit Heard(bool is_terminal)
        : progress_(std::make_unique<BuildProgress>("building", file_, is_terminal,
                                                    [this] { return now_; })) {}
    ~Heard() {
        progress_.reset();
        std::fclose(file_);
        std::free(text_);
    }

    void hear(std::string_view line, seconds later) {
        now_ += later;
        progress_->hear(line);
    }
    void end() { progress_.reset(); }
    std::string written() {
        std::fflush(file_);
        return {text_, size_};
    }

  private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* file_ = ::open_memstream(&text_, &size_);
    BuildProgress::Clock::time_point now_;
    std::unique_ptr<BuildProgress> progress_;
};

}  // namespace

TEST_SUITE("build_progress") {
    TEST_CASE("without a terminal the first step is told, and then one every five seconds") {
        Heard build(false);
        build.hear("[1/40] Compiling a", seconds(0));
        build.hear("[2/40] Compiling b", seconds(1));
        build.hear("[3/40] Compiling c", seconds(4));
        build.hear("[4/40] Compiling d", seconds(4));
        build.end();
        CHECK(build.written() ==
              "waymark: building: 1 of 40\n"
              "waymark: building: 3 of 40\n");
    }

    TEST_CASE("on a terminal one line changes at every step and is gone at the end") {
        Heard build(true);
        build.hear("[1/2] Compiling a", seconds(0));
        build.hear("[2/2] Linking b", seconds(0));
        build.end();
        CHECK(build.written() ==
              "\rwaymark: building: 1 of 2\033[K"
              "\rwaymark: building: 2 of 2\033[K"
              "\r\033[K");
    }

    TEST_CASE("a build with nothing to do says nothing, nor do a compiler's words") {
        Heard build(true);
        build.hear("ninja: no work to do.", seconds(0));
        build.hear("a.cc:3:1: error: [1/2", seconds(9));
        build.hear("[-Wshadow]", seconds(9));
        build.end();
        CHECK(build.written().empty());
    }
}

}  // namespace waymark::course
