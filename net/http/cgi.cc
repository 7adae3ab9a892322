#include "net/http/cgi.hh"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "net/http/cgi_environment.hh"
#include "net/http/cgi_run.hh"
#include "net/http/url.hh"

namespace waymark::net::http {

namespace {

// Counts a program as long as it lives. Counted first and looked at then: two threads cannot both
// take the last place.
class Counted {
  public:
    Counted(std::atomic<std::size_t>& count, std::size_t most)
        : count_(count), is_one_of_them_(count_.fetch_add(1) < most) {}
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

    bool is_one_of_them() const { return is_one_of_them_; }

  private:
    std::atomic<std::size_t>& count_;
    bool is_one_of_them_;
};

// A body that nobody reads is in the way of the next request.
void refuse_program(Exchange& exchange, int status) {
    if (!exchange.body->has_whole_body()) exchange.answer.close_after();
    exchange.answer.begin(status);
    if (status == 503) exchange.answer.field("Retry-After", "1");
    exchange.answer.end_error();
}

// What the system may have again in a moment.
bool is_scarcity(const std::error_code& code) {
    for (const int number : {EAGAIN, ENOMEM, EMFILE, ENFILE})
        if (code.value() == number) return true;
    return false;
}

}  // namespace

Cgi::Cgi(Settings settings)
    : settings_(std::move(settings)),
      programs_(settings_.directory),
      running_(settings_.running != nullptr ? settings_.running : &own_running_) {}

void Cgi::log(const CgiScript& script, std::string_view line) const {
    if (settings_.log) settings_.log(script.name, line);
}

int Cgi::look_for(const Exchange& exchange, CgiScript& script, std::string& scratch) const {
    const std::optional<std::string_view> path = normalize_path(exchange.request.path, scratch);
    if (!path) return 400;
    if (!path->starts_with(settings_.prefix + "/")) return 404;
    script = programs_.find(path->substr(settings_.prefix.size()));
    if (script.kind == CgiScript::Kind::nothing) return 404;
    if (script.kind == CgiScript::Kind::forbidden) return 403;
    if (exchange.request.field("Transfer-Encoding")) return 411;
    return 0;
}

Task<void> Cgi::operator()(Exchange& exchange) {
    CgiScript script;
    const int refusal = look_for(exchange, script, exchange.scratch);
    if (refusal != 0) {
        refuse_program(exchange, refusal);
        co_return;
    }
    const Counted counted(*running_, settings_.programs);
    if (!counted.is_one_of_them()) {
        refuse_program(exchange, 503);
        co_return;
    }
    const bool is_there = co_await exchange.body->ask_for_body();
    if (!is_there) co_return;
    const CgiCall call{.file = script.file,
                       .script_name = settings_.prefix + script.name,
                       .path_info = script.path_info,
                       .document_root = settings_.document_root,
                       .is_secure = settings_.is_secure};
    std::optional<Run> run;
    try {
        const CgiProcess::Command command{
            .file = script.file,
            .directory = script.directory,
            .arguments = {},
            .environment =
                cgi_environment(exchange.request, call, exchange.peer, exchange.local_address())};
        run.emplace(*this, exchange, script, command);
    } catch (const std::system_error& error) {
        log(script, error.what());
        refuse_program(exchange, is_scarcity(error.code()) ? 503 : 500);
    }
    if (!run) co_return;
    Task<void> whole = run->go();
    co_await whole;
}

}  // namespace waymark::net::http
