#include "receiver.hh"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>

#include "daemon/error.hh"
#include "net/connect_on_loop.hh"
#include "net/socket_options.hh"
#include "octet_frames.hh"
#include "place_file.hh"
#include "syslog_reader.hh"

namespace waymark::logrelay {

using daemon::Deadline;
using net::Outcome;
using net::Transfer;

namespace {

constexpr std::size_t kLongestFrame = 512 * 1024;
constexpr std::chrono::seconds kPatience{10};  // for the greeting
constexpr std::chrono::seconds kKeepPlace{1};

std::optional<net::TlsClientContext> tls_of(const ClientOptions& options) {
    if (options.plaintext) return std::nullopt;
    return std::optional<net::TlsClientContext>(
        std::in_place, net::TlsClientOptions{.authorities = options.authority,
                                             .identity = {options.certificate, options.key}});
}

}  // namespace

Receiver::Receiver(net::EventLoop& loop, const ClientOptions& options, daemon::Log& log)
    : loop_(loop),
      options_(options),
      log_(log),
      tls_(tls_of(options)),
      output_(loop, options, log),
      nobody_(loop),
      keep_place_later_(loop.timers(), [this] { keep_place(); }),
      tasks_([this](std::exception_ptr error) {
          error_ = std::move(error);
          loop_.stop();
      }) {
    if (!options.place_file.empty()) place_ = kept_ = read_place_file(options.place_file);
    tasks_.start(run());
}

net::Task<void> Receiver::run() {
    for (int failures = 0;;) {
        const End end = co_await converse();
        failures = end == End::after_messages ? 1 : failures + 1;
        const double chance = std::uniform_real_distribution(0.0, 1.0)(chance_);
        const Deadline pause = Deadline::after(reconnect_pause(failures, options_.pauses, chance));
        co_await nobody_.wait(pause);
    }
}

net::Task<Receiver::End> Receiver::converse() {
    std::optional<daemon::Fd> socket = co_await connect();
    if (!socket) co_return End::not_connected;
    std::unique_ptr<net::StreamLayer> layer;
    if (tls_) layer = tls_->connect(options_.name);
    net::Stream stream(loop_, std::move(*socket), std::move(layer));
    const std::uint64_t before = output_.handed_over() + output_.lost();
    bool is_orderly = false;
    const bool is_greeted = co_await greet(stream);
    if (is_greeted) is_orderly = co_await take_messages(stream);
    const std::string reason = stream.layer() != nullptr ? stream.layer()->failure() : "";
    say_once(options_.relay + ": " +
             (is_orderly       ? "it has ended the connection"
              : reason.empty() ? "the connection is broken"
                               : reason));
    co_return output_.handed_over() + output_.lost() > before ? End::after_messages
                                                              : End::no_message;
}

// One line for one state: a relay that is away for a day is told once.
void Receiver::say_once(const std::string& what) {
    if (said_ != what) log_.warning("{}; trying again", what);
    said_ = what;
}

net::Task<std::optional<daemon::Fd>> Receiver::connect() {
    const std::string relay = options_.relay;
    net::PoolCall looking_up(loop_, resolver_,
                             [relay] { return net::resolve_host_and_port(relay); });
    const std::optional<net::ResolveResult> found = co_await looking_up;
    if (found && found->status == net::ResolveStatus::malformed)
        throw daemon::UsageError("--connect: " + found->error);  // no name server will ever know it
    if (!found || found->addresses.empty()) {
        say_once(found ? found->error : "the resolver is still busy");
        co_return std::nullopt;
    }
    for (const net::Address& address : found->addresses)
        if (options_.plaintext && !address.is_loopback())
            throw daemon::UsageError("--plaintext: " + address.to_string() +
                                     " is another machine, and anybody on the way would read the "
                                     "messages");
    net::ConnectOnLoop connecting(loop_, found->addresses, Deadline::after(options_.connect_time));
    net::ConnectResult result = co_await connecting;
    if (!result.socket) {
        say_once(result.error_text());
        co_return std::nullopt;
    }
    if (result.address.is_ip()) net::keep_alive(result.socket, {});
    ++connections_;
    // A relay that refuses us after each handshake is no news.
    if (++without_message_ <= 2) log_.info("connected to {}", result.address.to_string());
    co_return std::move(result.socket);
}

// Who we both are, and from where on we want messages.
net::Task<bool> Receiver::greet(net::Stream& stream) {
    const Deadline deadline = Deadline::after(options_.connect_time);
    const Transfer secured = co_await stream.handshake(deadline);
    if (secured.outcome != Outcome::done) co_return false;
    const std::string greeting = "from " + (place_ ? to_string(*place_) : options_.from) + "\n";
    const Transfer said = co_await stream.write_all(greeting, kPatience);
    co_return said.outcome == Outcome::done;
}

// False if the connection broke, or the relay says what is no frame.
net::Task<bool> Receiver::take_messages(net::Stream& stream) {
    FrameReader frames(kLongestFrame);
    std::array<char, 16 * 1024> piece;
    for (;;) {
        const Transfer got = co_await stream.read_some(piece, Deadline::never());
        if (got.outcome != Outcome::done) co_return got.outcome == Outcome::end;
        const std::string_view bytes(piece.data(), got.bytes);
        const bool is_right = co_await take_frames(bytes, frames);
        if (!is_right) co_return false;
    }
}

net::Task<bool> Receiver::take_frames(std::string_view bytes, FrameReader& frames) {
    frames.add(bytes);
    std::string_view content;
    FrameReader::Found found = FrameReader::Found::more;
    while ((found = frames.next(content)) == FrameReader::Found::frame) {
        const std::size_t blank = std::min(content.find(' '), content.size());
        const std::optional<Place> place = read_place(content.substr(0, blank));
        if (!place || blank == content.size()) co_return false;
        said_.clear();
        without_message_ = 0;
        const SyslogMessage message = read_syslog(content.substr(blank + 1), Arrival());
        const std::string line = output_.line_of(message);
        if (!output_.hand_over_now(line)) co_await output_.hand_over(line);
        place_ = place;
        if (!options_.place_file.empty() && !keep_place_later_.is_set())
            keep_place_later_.set(Deadline::after(kKeepPlace));
    }
    co_return found == FrameReader::Found::more;
}

void Receiver::keep_place() {
    keep_place_later_.cancel();
    if (options_.place_file.empty() || !place_ || place_ == kept_) return;
    try {
        write_place_file(options_.place_file, *place_);
        kept_ = place_;
        is_not_kept_ = false;
    } catch (const std::exception& error) {
        if (std::exchange(is_not_kept_, true)) return;  // a line for the state, not one a second
        log_.error("{}; the place that was reached is not kept", error.what());
    }
}

void Receiver::reload() {
    try {
        if (tls_) tls_->reload();
        log_.notice("read anew: certificates");
    } catch (const std::exception& error) {
        log_.error("{}; the old ones hold", error.what());
    }
}

void Receiver::log_counts() {
    log_.notice("connections {}, messages handed over {}, lost {}, place {}", connections_,
                output_.handed_over(), output_.lost(), place_ ? to_string(*place_) : "none");
}

}  // namespace waymark::logrelay
