// One run of a CGI program: the process and the three conversations with it, as coroutines on the
// loop of the request. See net/http/cgi.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/deadline.hh"
#include "net/http/cgi.hh"
#include "net/http/cgi_head.hh"
#include "net/http/cgi_process.hh"
#include "net/readiness.hh"
#include "net/task_group.hh"

namespace waymark::net::http {

class Cgi::Run {
  public:
    // Starts the program. Throws std::system_error. All must outlive it.
    Run(const Cgi& cgi, Exchange& exchange, const CgiScript& script,
        const CgiProcess::Command& command);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // From its start to its end; the answer is written, or the exchange given up.
    Task<void> go();

  private:
    // Run beside the answer.
    Task<void> feed();
    Task<void> log_errors();
    Task<void> end_group();

    Task<bool> read_head();
    Task<void> send_body();
    Task<void> finish();

    bool begin_answer(std::string_view head);
    void write_head(const CgiHead& head);
    void hand_on();
    void fail(int status, std::string_view why);
    void log_error_bytes(std::string_view bytes);
    void log_rest_of_errors();
    daemon::Deadline in(std::chrono::milliseconds time) const;

    const Cgi& cgi_;
    const Settings& settings_;
    Exchange& exchange_;
    const CgiScript& script_;
    CgiProcess process_;
    PipeWriter input_;
    PipeReader output_;
    PipeReader errors_;
    Readiness ended_;
    daemon::Deadline end_;
    std::string bytes_;       // of the answer, not yet handed on
    std::string error_line_;  // as far as it has come
    std::size_t error_bytes_ = 0;
    std::optional<std::uint64_t> length_left_;  // of a body whose length the program told
    bool is_over_ = false;                      // the answer is written, or given up
    int body_status_ = 0;  // why the request's body could not be handed on as a whole
    bool was_killed_ = false;
    TaskGroup helpers_;  // last: they use all of the above
};

}  // namespace waymark::net::http
