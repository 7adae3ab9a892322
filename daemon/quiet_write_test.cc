#include "daemon/quiet_write.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "daemon/children_under_test.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/signals.hh"

using namespace waymark::daemon;

TEST_CASE("everything is written, also what a pipe takes in pieces") {
    const std::string text(300'000, 'x');
    CHECK(output_of(STDOUT_FILENO, [&] {
              return write_quietly(STDOUT_FILENO, text) == text.size() ? 0 : 1;
          }) == text);
}

TEST_CASE("a reader that is gone, or leaves in the middle of a long text, leaves no SIGPIPE") {
    CHECK(status_of([] {
              Pipe pipe = make_pipe();
              pipe.reading.reset();
              return static_cast<int>(write_quietly(pipe.writing.get(), "x"));
          }).describe() == "exit status 0");
    CHECK(status_of([] {
              Pipe pipe = make_pipe();
              Children children;
              children.start([&] {  // reads a part and leaves; the writer waits for room then
                  pipe.writing.reset();
                  std::string part(4096, '\0');
                  return ::read(pipe.reading.get(), part.data(), part.size()) > 0 ? 0 : 1;
              });
              pipe.reading.reset();
              const std::string text(300'000, 'x');
              const std::size_t written = write_quietly(pipe.writing.get(), text);
              return written > 0 && written < text.size() ? 0 : 1;
          }).describe() == "exit status 0");
}

TEST_CASE("a file that has its longest size leaves no SIGXFSZ") {
    CHECK(status_of([] {
              const TemporaryFolder folder;
              const Fd file(
                  ::open(folder.file("it").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
              const rlimit short_files{4, 4};
              ::setrlimit(RLIMIT_FSIZE, &short_files);
              return write_quietly(file.get(), "12345678") == 4 ? 0 : 1;
          }).describe() == "exit status 0");
}

TEST_CASE("a signal that was pending before is left to whom it was meant for") {
    CHECK(status_of([] {
              const SignalMask mask({SIGPIPE});
              ::raise(SIGPIPE);
              Pipe pipe = make_pipe();
              pipe.reading.reset();
              if (write_quietly(pipe.writing.get(), "x") != 0) return 1;
              sigset_t pending;
              ::sigpending(&pending);
              ::_exit(::sigismember(&pending, SIGPIPE) == 1 ? 0 : 2);  // before the mask opens
          }).describe() == "exit status 0");
}
