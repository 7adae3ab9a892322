#include "map/map_file.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "map/pmtiles_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path) << bytes;
}

std::string refusal(const std::string& path) {
    try {
        require_streets(path);
        return "accepted";
    } catch (const UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a map with streets is taken, also one that does not tell its layers") {
    const TemporaryFolder folder;
    write(folder.file("map"), made_pmtiles());
    CHECK(refusal(folder.file("map")) == "accepted");
    write(folder.file("map"), made_pmtiles("{}"));
    CHECK(refusal(folder.file("map")) == "accepted");
    CHECK(open_map(folder.file("map")).size == made_pmtiles("{}").size());
}

TEST_CASE("what cannot be drawn is refused by its path") {
    const TemporaryFolder folder;
    CHECK(refusal(folder.file("none")) == "map: " + folder.file("none") + " is not there");
    CHECK(refusal(folder.path()) == "map: " + folder.path() + " is no file");
    const std::string pipe = folder.file("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(refusal(pipe) == "map: " + pipe + " is no file");
    const std::string map = folder.file("map");
    write(map, "<html>");
    CHECK(refusal(map) == "map: " + map + " is no PMTiles file");
    write(map, made_pmtiles(R"({"vector_layers":[{"id":"transportation"},{"id":"place"}]})"));
    CHECK(refusal(map).starts_with("map: " + map + " has the layers transportation, place; "));
    write(map, made_pmtiles("[]"));
    CHECK(refusal(map) == "map: " + map + " is damaged: its metadata are no JSON object");
    if (::geteuid() == 0) return;
    std::filesystem::permissions(map, std::filesystem::perms::none);
    CHECK(refusal(map) == "map: " + map + " cannot be read: Permission denied");
}

TEST_CASE("a state that was opened stays whole, and another one has another version") {
    const TemporaryFolder folder;
    const std::string path = folder.file("map");
    write(path, made_pmtiles());
    const MapFile before = open_map(path);
    CHECK(open_map(path).version == before.version);
    write(folder.file("new"), made_pmtiles(R"({"vector_layers":[{"id":"roads"}],"new":true})"));
    std::filesystem::rename(folder.file("new"), path);
    const MapFile after = open_map(path);
    CHECK(after.version != before.version);
    std::string bytes(before.size, '\0');
    CHECK(::pread(before.file->get(), bytes.data(), bytes.size(), 0) ==
          static_cast<ssize_t>(bytes.size()));
    CHECK(bytes == made_pmtiles());
}
