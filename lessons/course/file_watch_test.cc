#include "lessons/course/file_watch.hh"

#include <doctest/doctest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lessons/course/scratch_folder.hh"
#include "lessons/course/workspace.hh"

namespace fs = std::filesystem;
using waymark::course::FileWatch;
using waymark::course::ScratchFolder;
using waymark::course::write_file;

namespace {

// Waits for an event as the watch command does; true if the files are then said to have changed.
bool changes(FileWatch& watch) {
    for (int look = 0; look < 40; ++look) {
        pollfd event{watch.fd(), POLLIN, 0};
        ::poll(&event, 1, watch.poll_timeout() == -1 ? 10000 : watch.poll_timeout());
        if (watch.changed()) return true;
    }
    return false;
}

void each_way_of_saving(FileWatch::How how) {
    const ScratchFolder scratch;
    const fs::path file = scratch.path() / "a.cc";
    std::ofstream(file) << "one";
    FileWatch watch({file}, how);
    CHECK_FALSE(watch.changed());
    std::ofstream(file) << "written over";
    CHECK(changes(watch));
    CHECK_FALSE(watch.changed());
    write_file(file, "renamed over, as vim does");
    CHECK(changes(watch));
    fs::rename(file, scratch.path() / "a.cc~");
    CHECK_FALSE(watch.changed());  // away, not changed
    std::ofstream(file) << "a backup first, then a new file";
    CHECK(changes(watch));
}

}  // namespace

TEST_CASE("every way of saving is noticed by events") {
    each_way_of_saving(FileWatch::How::choose);
}

TEST_CASE("every way of saving is noticed by looking") {
    each_way_of_saving(FileWatch::How::poll);
}

TEST_CASE("another file in the folder is no change") {
    const ScratchFolder scratch;
    const fs::path file = scratch.path() / "a.cc";
    std::ofstream(file) << "one";
    FileWatch watch({file});
    std::ofstream(scratch.path() / ".a.cc.swp") << "an editor's";
    pollfd event{watch.fd(), POLLIN, 0};
    CHECK(::poll(&event, 1, 10000) == 1);
    CHECK_FALSE(watch.changed());
}
