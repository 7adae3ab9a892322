#include "services/nmea_input.hh"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "net/notice.hh"
#include "net/stream.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// So long a fix waits for the altitude of its second.
constexpr milliseconds kForAltitude{500};
// A tracker in a cellar says nothing for long; a connection that is dead is noticed by the kernel.
constexpr seconds kSilence{3600};
constexpr seconds kBeforeAgain{1};
constexpr int kMostTries = 8;  // each of which waits as long as StoreLink does
constexpr int kMostStrangers = 30;
constexpr int kDatagramsAtOnce = 64;
constexpr std::size_t kMostDatagramsWaiting = 1000;

net::GateLimits gate_of(const ReloadableSettings& settings) {
    return {.soft = settings.max_connections,
            .hard = settings.max_connections,
            .per_network = settings.max_connections_per_address,
            .early_drop = {}};
}

}  // namespace

// One bound UDP socket.
class NmeaInput::Datagrams final : private net::EventLoop::Watcher {
  public:
    Datagrams(NmeaInput& owner, daemon::Fd socket) : owner_(owner), socket_(std::move(socket)) {
        owner_.loop_.add(socket_, EPOLLIN, *this);
    }
    ~Datagrams() { owner_.loop_.remove(socket_, *this); }

  private:
    bool on_ready(std::uint32_t) override {
        std::array<char, 4096> buffer;
        bool took = false;
        for (int i = 0; i < kDatagramsAtOnce; ++i) {
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            const auto address = reinterpret_cast<sockaddr*>(&from);
            const ssize_t got = ::recvfrom(socket_.get(), buffer.data(), buffer.size(),
                                           MSG_DONTWAIT, address, &length);
            if (got == -1) break;
            took = true;
            owner_.take_datagram({buffer.data(), static_cast<std::size_t>(got)},
                                 net::Address(address, length).unmapped());
        }
        return took;
    }

    NmeaInput& owner_;
    daemon::Fd socket_;
};

struct NmeaInput::Connection {
    Connection(net::EventLoop& loop, daemon::Fd socket, net::Address its_peer,
               net::ConnectionGate::Slot its_slot)
        : stream(loop, std::move(socket)), peer(std::move(its_peer)), slot(std::move(its_slot)) {}

    net::Stream stream;
    net::Address peer;
    net::ConnectionGate::Slot slot;
    NmeaStream lines;
    Decoded decoded;
    std::string rest;  // the beginning of a line
    int strangers = 0;
};

NmeaInput::NmeaInput(net::EventLoop& loop, StoreLink& store, daemon::Log& log, Host host)
    : loop_(loop),
      store_(store),
      log_(log),
      host_(std::move(host)),
      gate_(net::GateLimits{}),
      tasks_([this](std::exception_ptr) { log_.error("a connection of NMEA ended badly"); }) {}

NmeaInput::~NmeaInput() = default;

void NmeaInput::open(std::vector<daemon::Fd> listeners, std::vector<daemon::Fd> datagrams,
                     const ReloadableSettings& settings) {
    reload(settings);
    for (daemon::Fd& listener : listeners)
        acceptors_.push_back(
            std::make_unique<net::Acceptor>(loop_, net::Listener::adopt(std::move(listener)),
                                            [this](daemon::Fd socket, const net::Address& peer) {
                                                accept(std::move(socket), peer);
                                            }));
    for (daemon::Fd& socket : datagrams)
        datagrams_.push_back(std::make_unique<Datagrams>(*this, std::move(socket)));
}

void NmeaInput::reload(const ReloadableSettings& settings) {
    access_ = settings.devices_access_list();
    gate_.set_limits(gate_of(settings));
}

void NmeaInput::close() {
    closing_ = true;
    acceptors_.clear();
    datagrams_.clear();
    tasks_.destroy_all();
}

void NmeaInput::accept(daemon::Fd socket, const net::Address& peer) {
    if (!access_.allows(peer)) return;
    net::ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == net::Admission::refused) return;
    tasks_.start(
        serve(std::make_shared<Connection>(loop_, std::move(socket), peer, std::move(entry.slot))));
}

net::Task<> NmeaInput::serve(std::shared_ptr<Connection> connection) {
    std::array<char, 4096> buffer;
    for (;;) {
        const bool waits = connection->lines.has_waiting();
        const Deadline deadline =
            Deadline::after(waits ? kForAltitude : milliseconds(kSilence), loop_.now());
        const net::Transfer got = co_await connection->stream.read_some(buffer, deadline);
        const bool is_end =
            got.outcome != net::Outcome::done && got.outcome != net::Outcome::timed_out;
        if (got.outcome == net::Outcome::timed_out && !waits) co_return;
        Decoded& decoded = connection->decoded;
        decoded.clear();
        std::string& rest = connection->rest;
        rest.append(buffer.data(), got.bytes);
        std::string stranger;
        std::size_t begin = 0;
        for (std::size_t end = rest.find('\n'); end != std::string::npos;
             end = rest.find('\n', begin)) {
            ++lines_;
            connection->lines.read_line(std::string_view(rest).substr(begin, end - begin),
                                        host_.devices(), unix_now(), decoded);
            if (!decoded.stranger.empty()) {
                ++connection->strangers;
                stranger = std::exchange(decoded.stranger, {});
            }
            begin = end + 1;
        }
        rest.erase(0, begin);
        if (rest.size() > NmeaStream::kLongestLine) co_return;
        if (waits || is_end) connection->lines.flush(unix_now(), decoded);
        decoded.stranger = stranger;
        if (!host_.judge(decoded, connection->peer)) co_return;
        net::Task<bool> storing = store_all(connection);
        const bool is_stored = co_await storing;
        if (is_end || !is_stored || connection->strangers > kMostStrangers) co_return;
    }
}

// Until it is durable. Nobody sends it again.
net::Task<bool> NmeaInput::store_all(std::shared_ptr<Connection> connection) {
    for (int tries = 0; tries < kMostTries; ++tries) {
        const StoreLink::Result result = co_await store_.submit(connection->decoded);
        if (result.durable) co_return true;
        net::Notice pause(loop_);
        const bool told = co_await pause.wait(Deadline::after(kBeforeAgain, loop_.now()));
        if (told) break;
    }
    lost_ += connection->decoded.fixes.size();
    log_.error("{} positions of NMEA from {} could not be stored", connection->decoded.fixes.size(),
               connection->peer.host_text());
    co_return false;
}

void NmeaInput::take_datagram(std::string_view bytes, const net::Address& peer) {
    if (!access_.allows(peer)) return;
    if (tasks_.size() >= kMostDatagramsWaiting) {
        ++lost_;
        return;
    }
    NmeaStream lines;
    const auto decoded = std::make_shared<Decoded>();
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        ++lines_;
        lines.read_line(bytes.substr(0, end), host_.devices(), unix_now(), *decoded);
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    lines.flush(unix_now(), *decoded);
    if (host_.judge(*decoded, peer) && !decoded->empty()) tasks_.start(store_datagram(decoded));
}

net::Task<> NmeaInput::store_datagram(std::shared_ptr<Decoded> decoded) {
    const StoreLink::Result result = co_await store_.submit(*decoded);
    if (!result.durable) lost_ += decoded->fixes.size();
}

std::string NmeaInput::counters() const {
    return fmt::format(R"("nmea_connections":{},"nmea_lines":{},"nmea_lost":{})", gate_.count(),
                       lines_, lost_);
}

}  // namespace waymark::tracker
