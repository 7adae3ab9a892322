#include "services/gpsd_caller.hh"

#include <array>

#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;

namespace {

constexpr std::chrono::seconds kGpsdSilence{120};  // it says something each second
constexpr std::chrono::seconds kGpsdSend{10};
constexpr int kMostStoring = 8;

}  // namespace

net::Task<> GpsdCaller::run() {
    for (;;) {
        std::string failure;
        net::Task<std::unique_ptr<net::Stream>> dialling = dial(host_, pool_, target_, {}, failure);
        const std::unique_ptr<net::Stream> stream = co_await dialling;
        if (stream) {
            net::Task<std::string> listening = listen(*stream);
            failure = co_await listening;
        }
        state_.failed(failure);
        net::Task<> sleeping = sleep_for(host_.loop, pause_.next());
        co_await sleeping;
    }
}

// Until it fails; says why.
net::Task<std::string> GpsdCaller::listen(net::Stream& stream) {
    const net::Transfer sent = co_await stream.write_all(kGpsdWatch, kGpsdSend);
    if (sent.outcome != net::Outcome::done) co_return "it takes no request";
    state_.connected();
    std::array<char, 4096> buffer;
    std::string rest;
    Decoded decoded;
    for (;;) {
        const Deadline deadline = Deadline::after(kGpsdSilence, host_.loop.now());
        const net::Transfer got = co_await stream.read_some(buffer, deadline);
        if (got.outcome == net::Outcome::timed_out) co_return "it says nothing any more";
        if (got.outcome != net::Outcome::done) co_return "the connection has ended";
        pause_.reset();
        rest.append(buffer.data(), got.bytes);
        decoded.clear();
        if (!read_lines(rest, decoded)) co_return "it sends a line without an end";
        for (int tries = 0; !decoded.empty() && tries < kMostStoring; ++tries) {
            const StoreLink::Result result = co_await host_.store.submit(decoded);
            if (result.durable) break;
            net::Task<> sleeping = sleep_for(host_.loop, std::chrono::seconds(1));
            co_await sleeping;
        }
    }
}

bool GpsdCaller::read_lines(std::string& rest, Decoded& decoded) {
    const std::optional<KnownDevice> device = host_.devices->by_identifier(device_);
    if (!device && !std::exchange(told_of_device_, true))
        host_.log.warning(
            "no device has the identifier '{0}' of gpsd: add it with 'tracker device add NAME --id "
            "{0}'",
            device_);
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', begin)) {
        if (device)
            lines_.read_line(std::string_view(rest).substr(begin, end - begin), *device, unix_now(),
                             decoded);
        begin = end + 1;
    }
    rest.erase(0, begin);
    return rest.size() <= GpsdStream::kLongestLine;
}

}  // namespace waymark::tracker
