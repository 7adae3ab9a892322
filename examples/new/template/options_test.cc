#include "options.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "daemon/error.hh"

namespace {

using app::Options;

std::optional<Options> parse(std::initializer_list<const char*> words) {
    std::vector<const char*> all = {"newdaemon"};
    all.insert(all.end(), words);
    return app::parse_options(static_cast<int>(all.size()), all.data());
}

// What is said of a wrong command line; empty if nothing is.
std::string refusal(std::initializer_list<const char*> words) {
    try {
        parse(words);
        return {};
    } catch (const waymark::daemon::UsageError& error) {
        return error.what();
    }
}

// A file that is gone at the end.
class File {
  public:
    explicit File(const std::string& text) {
        const int made = ::mkstemp(path_.data());
        REQUIRE(made != -1);
        ::close(made);
        std::ofstream(path_) << text;
    }
    ~File() { std::filesystem::remove(path_); }
    const char* path() const { return path_.c_str(); }

  private:
    std::string path_ = std::filesystem::temp_directory_path() / "newdaemon-XXXXXX";
};

const auto kPeer = waymark::net::Address::parse("192.0.2.1:4000");

}  // namespace

TEST_CASE("without a word there are defaults, on this machine alone") {
    const Options options = parse({}).value();
    CHECK(options.listen.to_string() == "127.0.0.1:7000");
    CHECK(options.settings.access.allows(kPeer));
    CHECK(options.pid_file.empty());
}

TEST_CASE("the command line comes before the file, the file before the defaults") {
    const File file(
        "clients = 7\nlongest-line = 70\naccess = [\"allow 127.0.0.0/8\", \"deny all\"]\n");
    const Options options = parse({"--config", file.path(), "--clients", "9"}).value();
    CHECK(options.settings.clients.hard == 9);
    CHECK(options.settings.longest_line == 70);
    CHECK(options.settings.answer_time == std::chrono::seconds(10));
    CHECK_FALSE(options.settings.access.allows(kPeer));
}

TEST_CASE("what is wrong is named") {
    CHECK(refusal({"--colour", "red"}).find("--colour") != std::string::npos);
    CHECK(refusal({"--clients", "0"}).find("--clients") != std::string::npos);
    CHECK(refusal({"--line-time", "nan"}).find("--line-time") != std::string::npos);
    CHECK(refusal({"--listen", "here"}).find("needs a port") != std::string::npos);
    CHECK(refusal({"--access", "allow 10.0.0.1/8"}).find("10.0.0.0/8") != std::string::npos);
    CHECK(refusal({"--config", "/nowhere"}).find("/nowhere") != std::string::npos);
    CHECK(refusal({"--clients", "9"}).empty());
}

TEST_CASE("a file with an unknown name, or a value that is none, is refused with its path") {
    const File unknown("colour = red\n");
    CHECK(refusal({"--config", unknown.path()}).find(unknown.path()) != std::string::npos);
    CHECK(refusal({"--config", unknown.path()}).find("colour") != std::string::npos);
    const File no_number("clients = many\n");
    CHECK(refusal({"--config", no_number.path()}).find("clients") != std::string::npos);
    CHECK(refusal({"--config", no_number.path()}).find(no_number.path()) != std::string::npos);
    const File no_network("access = [\"allow 10.0.0.1/8\"]\n");
    CHECK(refusal({"--config", no_network.path()}).find(no_network.path()) != std::string::npos);
}

TEST_CASE("in the background there is no terminal and no folder of one's own") {
    CHECK(refusal({"--background"}).find("--log") != std::string::npos);
    CHECK(refusal({"--background", "--log", "its.log"}).find("its.log") != std::string::npos);
    CHECK(refusal({"--background", "--log", "syslog", "--pid-file", "pid"}).find("pid") !=
          std::string::npos);
    CHECK(refusal({"--background", "--log", "syslog", "--pid-file", "/run/pid"}).empty());
}
