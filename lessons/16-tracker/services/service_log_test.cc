#include "services/service_log.hh"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

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

TEST_CASE("standard error is the journal only where the variable names it") {
    struct stat opened {};
    REQUIRE(::fstat(STDERR_FILENO, &opened) == 0);
    const std::string stream = std::to_string(opened.st_dev) + ":" + std::to_string(opened.st_ino);
    const auto target = [](const char* variable, const char* log) {
        if (variable != nullptr)
            ::setenv("JOURNAL_STREAM", variable, 1);
        else
            ::unsetenv("JOURNAL_STREAM");
        tracker::Settings settings;
        settings.log = log;
        return tracker::log_options(settings, "test").target;
    };
    CHECK(target(stream.c_str(), "stderr") == daemon::LogTarget::journal);
    // Inherited from a service, by a shell whose standard error is another one.
    CHECK(target("1:2", "stderr") == daemon::LogTarget::standard_error);
    CHECK(target(nullptr, "stderr") == daemon::LogTarget::standard_error);
    CHECK(target(stream.c_str(), "syslog") == daemon::LogTarget::syslog);
    CHECK(target(stream.c_str(), "/a/file") == daemon::LogTarget::file);
}
