#include "services/service_log.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "daemon/fd.hh"

using namespace waymark;
using tracker::is_journal_stream;

TEST_CASE("only the stream that the variable names is the journal") {
    const daemon::Pipe pipe = daemon::make_pipe();
    const daemon::Pipe other = daemon::make_pipe();
    struct stat opened {};
    REQUIRE(::fstat(pipe.writing.get(), &opened) == 0);
    const std::string device = std::to_string(opened.st_dev);
    const std::string stream = device + ":" + std::to_string(opened.st_ino);
    CHECK(is_journal_stream(stream.c_str(), pipe.writing.get()));
    CHECK_FALSE(is_journal_stream(stream.c_str(), other.writing.get()));
    CHECK_FALSE(is_journal_stream(stream.c_str(), -1));
    for (const std::string& text : {std::string(), std::string("1"), device, device + ":",
                                    stream + "0", " " + stream, std::string("1:2")})
        CHECK_FALSE(is_journal_stream(text.c_str(), pipe.writing.get()));
    CHECK_FALSE(is_journal_stream(nullptr, pipe.writing.get()));
}
