#include "web_app/account_keeper.hh"

#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include "daemon/error.hh"

#include "net/pool_call.hh"

namespace waymark::tracker {

using daemon::Deadline;

namespace {

constexpr std::chrono::milliseconds kTryAgain{1000};
// At the start the store may be making the database at this moment.
constexpr std::chrono::milliseconds kTryAgainAtFirst{10};

AccountsRead read_accounts(Reader& reader) {
    AccountsRead read;
    read.accounts = reader.accounts();
    read.sessions = reader.sessions();
    read.shares = reader.share_links();
    return read;
}

}  // namespace

AccountKeeper::AccountKeeper(net::EventLoop& loop, const std::string& database, daemon::Log& log,
                             std::function<void()> on_read)
    : loop_(loop),
      log_(log),
      on_read_(std::move(on_read)),
      shelf_(std::make_shared<ReaderShelf>(database)),
      has_read_(loop),
      again_(loop.timers(), [this] { look(); }),
      readings_([this](std::exception_ptr thrown) { read_failed(daemon::message_of(thrown)); }) {}

void AccountKeeper::look() {
    ++wanted_;
    if (!std::exchange(is_reading_, true)) readings_.start(read());
}

net::Task<> AccountKeeper::read() {
    std::string failure;
    while (done_ != wanted_ && failure.empty()) {
        const std::uint64_t wanted = wanted_;
        std::function<AccountsRead()> work = [shelf = shelf_] {
            return shelf->with_reader(read_accounts);
        };
        try {
            net::PoolCall call(loop_, pool_, std::move(work));
            std::optional<AccountsRead> accounts = co_await call;
            if (!accounts) co_return;  // stopped
            shares_.learn(std::move(accounts->shares));
            book_.learn(std::move(*accounts));
            done_ = wanted;
            failure_told_ = false;
        } catch (const std::exception& error) {
            failure = error.what();
        }
    }
    is_reading_ = false;
    if (!failure.empty())
        read_failed(failure);
    else
        on_read_();
    has_read_.tell_all();
}

void AccountKeeper::read_failed(const std::string& reason) {
    is_reading_ = false;
    again_.set(Deadline::after(book_.is_known() ? kTryAgain : kTryAgainAtFirst, loop_.now()));
    if (book_.is_known() && !std::exchange(failure_told_, true))
        log_.error("the accounts cannot be read; those read before hold: {}", reason);
}

net::Task<bool> AccountKeeper::is_current(Deadline deadline) {
    const std::uint64_t wanted = wanted_;
    while (done_ < wanted) {
        const bool told = co_await has_read_.wait(deadline);
        if (!told) break;
    }
    co_return done_ >= wanted;
}

}  // namespace waymark::tracker
