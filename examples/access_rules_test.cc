#include "examples/access_rules.hh"

#include <doctest/doctest.h>

#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark;
using examples::AccessRules;
using examples::read_access;

namespace {

// A file that is gone at the end, in a folder of its own.
class File {
  public:
    explicit File(const std::string& text) { std::ofstream(path()) << text; }
    std::string path() const { return folder_.file("rules"); }
    const std::string& folder() const { return folder_.path(); }

  private:
    daemon::TemporaryFolder folder_;
};

bool allows(const AccessRules& rules, std::string_view peer) {
    return read_access(rules).allows(net::Address::parse_ip(peer).value());
}

std::string refusal(const AccessRules& rules) {
    try {
        read_access(rules);
        return "";
    } catch (const daemon::UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("the rules of a file stand behind those of the command line, and leave none out") {
    const File file("allow 127.0.0.2\nallow 127.0.0.3\ndeny all\n");
    const AccessRules both{"--access", {"deny 127.0.0.2"}, file.path()};
    CHECK_FALSE(allows(both, "127.0.0.2"));
    CHECK(allows(both, "127.0.0.3"));
    CHECK_FALSE(allows(both, "127.0.0.4"));
    CHECK(allows({"--access", {}, file.path()}, "127.0.0.2"));
    CHECK(allows({"--access", {"deny 127.0.0.2"}, ""}, "127.0.0.4"));
}

TEST_CASE("a mistake is told with its own place") {
    const File file("deny all\nallow 10.0.0.1/8\n");
    CHECK(refusal({"--senders", {"allow x"}, file.path()}).starts_with("--senders:1:7: "));
    CHECK(refusal({"--senders", {"allow all"}, file.path()}).starts_with(file.path() + ":2:7: "));
}

TEST_CASE("a file that cannot be read is named, with the option") {
    const File file("");
    CHECK(refusal({"--access", {}, file.path()}) == "");
    CHECK(refusal({"--access", {}, file.folder()}) ==
          "--access-file " + file.folder() + ": Is a directory");
    CHECK(refusal({"--senders", {}, file.folder() + "/none"}) ==
          "--senders-file " + file.folder() + "/none: No such file or directory");
    CHECK(refusal({"--access", {}, "/dev/zero"})
              .ends_with("is larger than 1 MiB; is it the right file?"));
}
