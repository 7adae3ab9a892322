#include "net/http/exchange.hh"

#include <cassert>
#include <utility>

#include "net/socket_options.hh"

namespace waymark::net::http {

Task<bool> Exchange::flush(std::chrono::milliseconds patience) {
    const Transfer sent = co_await stream_->write_all(out_, patience);
    out_.clear();
    answer.note_sent();
    has_lost_peer_ = sent.outcome != Outcome::done;
    co_return !has_lost_peer_;
}

Address Exchange::local_address() const {
    return stream_ != nullptr ? net::local_address(stream_->socket()) : Address();
}

void Exchange::send_file(FilePart part) {
    assert(answer.has_ended());
    file_ = std::move(part);
    file_answer_ = answer.number();
}

FilePart Exchange::take_file() {
    FilePart part = std::exchange(file_, FilePart());
    return file_answer_ == answer.number() ? part : FilePart();
}

}  // namespace waymark::net::http
