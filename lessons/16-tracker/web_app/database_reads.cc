#include "web_app/database_reads.hh"

#include <chrono>

#include "web_app/answers.hh"

namespace waymark::tracker {

std::unique_ptr<Reader> ReaderShelf::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<Reader> reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    return std::make_unique<Reader>(path_);
}

void ReaderShelf::give(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
}

void DatabaseReads::refuse_busy(net::http::Exchange& exchange) {
    ++refused_;
    answer_later(exchange, "Too many requests wait for the database. Try again.",
                 std::chrono::seconds(1));
}

void DatabaseReads::refuse_failed(net::http::Exchange& exchange, const std::string& reason) {
    note_failed(reason);
    answer_later(exchange, "The database cannot be read now. Try again.", std::chrono::seconds(5));
}

void DatabaseReads::note_failed(const std::string& reason) {
    ++failed_;
    log_.error("a page cannot be answered: {}", reason);
}

}  // namespace waymark::tracker
