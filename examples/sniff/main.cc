// sniff: shows the frames of an interface or of a file, a line for each layer. What it reads it
// believes nobody: net/frame_layers says how far the bytes of a frame can be read, and in a word
// why no further. Ends after SIGINT or SIGTERM, at the end of the file or after --count frames, and
// says on stderr how many there were.

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>

#include "capture.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/frame_layers.hh"
#include "options.hh"

namespace {

using namespace waymark;
using sniff::Capture;
using sniff::CapturedFrame;
using sniff::Next;
using sniff::Options;

struct Counts {
    std::size_t frames = 0;
    std::size_t faulty = 0;
};

std::string text_of(const CapturedFrame& frame, const net::Layers& layers, std::size_t number,
                    std::size_t most_data) {
    const std::string time = frame.time ? fmt::format("{}.{:06} s", frame.time->count() / 1'000'000,
                                                      frame.time->count() % 1'000'000)
                                        : "time unknown";
    std::string text = fmt::format("frame {}, {}, {} bytes", number, time, frame.bytes.size());
    if (frame.bytes_on_the_link > frame.bytes.size())
        text += fmt::format(" of {}", frame.bytes_on_the_link);
    text += "\n";
    for (const net::Layer& layer : layers.headers) text += "  " + net::to_string(layer) + "\n";
    if (!layers.data.empty()) text += "  data " + net::data_text(layers.data, most_data) + "\n";
    if (layers.fault != net::Fault::none)
        text += fmt::format("  fault: {}\n", net::to_string(layers.fault));
    return text;
}

void print(const std::string& text) {
    if (std::fputs(text.c_str(), stdout) == EOF) daemon::fail(errno, "write", "stdout");
}

// Until there may be a frame, or a signal has come. The signals are let in only while ppoll sleeps,
// so that none is missed (lesson 05).
void wait_for_frame(const Capture& capture, const daemon::SignalFlag& stopped) {
    const daemon::SignalMask mask({SIGINT, SIGTERM});
    if (stopped.raised()) return;
    pollfd readable{capture.fd(), POLLIN, 0};
    if (::ppoll(&readable, 1, nullptr, &mask.previous()) == -1 && errno != EINTR)
        daemon::fail(errno, "ppoll");
}

void write_out(std::optional<sniff::Recording>& recording) {
    if (recording) recording->flush();
    if (std::fflush(stdout) != 0) daemon::fail(errno, "write", "stdout");
}

void show_frames(const Options& options, Capture& capture, const daemon::SignalFlag& stopped,
                 Counts& counts) {
    std::optional<sniff::Recording> recording;
    if (!options.write.empty()) recording.emplace(capture, options.write);
    CapturedFrame frame;
    while (!stopped.raised() && (options.count == 0 || counts.frames < options.count)) {
        const Next next = capture.next(frame);
        if (next == Next::end) break;
        if (next == Next::none_yet) {
            write_out(recording);
            wait_for_frame(capture, stopped);
            continue;
        }
        const net::Layers layers = capture.has_ethernet() ? net::read_frame(frame.bytes)
                                                          : net::read_ip_packet(frame.bytes);
        ++counts.frames;
        if (layers.fault != net::Fault::none) ++counts.faulty;
        print(text_of(frame, layers, counts.frames, options.data));
        if (recording) recording->add(frame);
    }
    write_out(recording);
}

int sniff_frames(const Options& options) {
    daemon::SignalFlag stopped;
    const daemon::ScopedSignalHandler on_interrupt(SIGINT, stopped);
    const daemon::ScopedSignalHandler on_terminate(SIGTERM, stopped);
    Capture capture = options.read.empty() ? Capture::listen_on(options.interface)
                                           : Capture::read_file(options.read);
    if (!options.filter.empty()) capture.keep_only(options.filter);
    if (options.read.empty()) fmt::print(stderr, "listening on {}\n", options.interface);
    Counts counts;
    const auto tell_counts = [&] {
        fmt::print(stderr, "{} frames, {} of them with a fault; {} dropped by the kernel\n",
                   counts.frames, counts.faulty, capture.dropped());
    };
    try {
        show_frames(options, capture, stopped, counts);
    } catch (...) {
        std::fflush(stdout);
        tell_counts();
        throw;
    }
    tell_counts();
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("sniff", [&] {
        const std::optional<Options> options = sniff::parse_options(argument_count, arguments);
        return options ? sniff_frames(*options) : daemon::kExitOk;
    });
}
