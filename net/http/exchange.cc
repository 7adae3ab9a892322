#include "net/http/exchange.hh"

namespace waymark::net::http {

Task<bool> Exchange::flush(std::chrono::milliseconds patience) {
    const Transfer sent = co_await stream_->write_all(out_, patience);
    out_.clear();
    answer.note_sent();
    co_return sent.outcome == Outcome::done;
}

}  // namespace waymark::net::http
