// Answers by programs: the Common Gateway Interface (RFC 3875). Each request starts a program,
// which learns of it by its environment, reads the body from its standard input and writes the
// answer to its standard output. Both are handed on as they come: a program that reads slowly makes
// the client send slowly, and a client that reads slowly makes the program wait.
//
// Bounded are the programs at once, the time to the head of an answer, between two of its bytes and
// in all, the head and the body of the request. A program that takes longer is killed with its
// process group: 504 if nothing of the answer was sent, else the connection is reset. One that ends
// without a head, or with a bad one, is 502. The body's length must be told (411), because the
// program must be told before it has come.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "net/http/cgi_script.hh"
#include "net/http/exchange.hh"

namespace waymark::net::http {

class Cgi {
  public:
    struct Settings {
        std::string directory;            // of the programs
        std::string prefix = "/cgi-bin";  // where they are in URLs
        std::string document_root;        // absolute; for PATH_TRANSLATED
        bool is_secure = false;
        std::size_t programs = 32;  // at once; more are answered 503
        // Counts those that run, where several of these share the bound; the caller keeps it. Null:
        // this one counts for itself.
        std::atomic<std::size_t>* running = nullptr;
        std::size_t head_bytes = 16 * 1024;
        std::chrono::milliseconds head{30'000};     // until the head of the answer
        std::chrono::milliseconds silence{30'000};  // between two bytes of it
        std::chrono::milliseconds whole{300'000};   // for everything
        std::chrono::milliseconds send{10'000};     // in which the client must take some
        // Hears what a program says on its standard error, line by line, and what is wrong with it.
        std::function<void(std::string_view program, std::string_view line)> log;
        // Answers a Location that is a path of this server (6.2.2); without it they are 502.
        std::function<void(Exchange&, std::string_view path)> local_redirect;
    };

    // Throws std::system_error if the directory cannot be opened. SIGPIPE must be ignored.
    explicit Cgi(Settings settings);

    // A handler for Router::add_streaming. This object must outlive it.
    Task<void> operator()(Exchange& exchange);

    std::size_t running() const { return running_->load(); }

  private:
    class Run;

    // Where nothing is started: the status to answer, 0 for go on.
    int look_for(const Exchange& exchange, CgiScript& script, std::string& scratch) const;
    void log(const CgiScript& script, std::string_view line) const;

    Settings settings_;
    CgiDirectory programs_;
    std::atomic<std::size_t> own_running_ = 0;
    std::atomic<std::size_t>* running_;
};

}  // namespace waymark::net::http
