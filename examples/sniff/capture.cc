#include "capture.hh"

#include <fmt/format.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "daemon/error.hh"

namespace waymark::sniff {

namespace {

using daemon::UsageError;
using ErrorText = std::array<char, PCAP_ERRBUF_SIZE>;

constexpr int kLongestFrame = 262'144;  // what libpcap itself takes as the most

std::string interfaces_here() {
    std::string names;
    struct if_nameindex* const all = ::if_nameindex();
    for (auto* one = all; one && one->if_index != 0; ++one)
        names += (names.empty() ? "" : ", ") + std::string(one->if_name);
    ::if_freenameindex(all);
    return names;
}

[[noreturn]] void refuse_interface(int status, pcap_t* handle, const std::string& name) {
    switch (status) {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            throw UsageError(fmt::format("there is no interface \"{}\"; there are: {}", name,
                                         interfaces_here()));
        case PCAP_ERROR_PERM_DENIED:
        case PCAP_ERROR_PROMISC_PERM_DENIED:
            throw UsageError(fmt::format(
                "you may not listen on {} (packet(7) asks for CAP_NET_RAW): run sniff as "
                "root, or in a network of its own: unshare --map-root-user --net",
                name));
        case PCAP_ERROR_IFACE_NOT_UP:
            throw std::runtime_error(fmt::format("{0} is down: ip link set {0} up", name));
        default:
            throw std::runtime_error(fmt::format("{}: {} ({})", name, ::pcap_statustostr(status),
                                                 ::pcap_geterr(handle)));
    }
}

// libpcap takes "-" for stdin and stdout: the one may be a pipe, the other has the text.
std::string as_file(const std::string& path) {
    return path == "-" ? "./-" : path;
}

// Who made the file chose the numbers.
std::optional<std::chrono::microseconds> time_of(const timeval& stamp) {
    using std::chrono::microseconds, std::chrono::seconds;
    const seconds latest = std::chrono::floor<seconds>(microseconds::max());
    if (stamp.tv_sec < 0 || stamp.tv_sec >= latest.count()) return std::nullopt;
    if (stamp.tv_usec < 0 || stamp.tv_usec >= 1'000'000) return std::nullopt;
    return seconds(stamp.tv_sec) + microseconds(stamp.tv_usec);
}

bool is_regular(const std::string& path, struct stat& status) {
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

void Capture::Closer::operator()(pcap* handle) const {
    ::pcap_close(handle);
}

Capture::Capture(pcap* handle, std::string name) : handle_(handle), name_(std::move(name)) {}

Capture Capture::listen_on(const std::string& interface) {
    ErrorText error{};
    Capture capture(::pcap_create(interface.c_str(), error.data()), interface);
    pcap_t* const handle = capture.handle_.get();
    if (!handle) throw std::runtime_error(fmt::format("{}: {}", interface, error.data()));
    capture.is_live_ = true;
    ::pcap_set_snaplen(handle, kLongestFrame);
    ::pcap_set_immediate_mode(handle, 1);  // each frame when it comes, not a buffer when it is full
    const int status = ::pcap_activate(handle);
    if (status < 0) refuse_interface(status, handle, interface);
    if (::pcap_setnonblock(handle, 1, error.data()) == -1)
        throw std::runtime_error(fmt::format("{}: {}", interface, error.data()));
    capture.look_at_link_type();
    return capture;
}

Capture Capture::read_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        throw UsageError(path + ": is no regular file; write what comes from it into one first");
    ErrorText error{};
    Capture capture(::pcap_open_offline(as_file(path).c_str(), error.data()), path);
    if (!capture.handle_)
        throw UsageError(
            fmt::format("{}: cannot be read as a capture, pcap or pcapng: {}", path, error.data()));
    capture.look_at_link_type();
    return capture;
}

void Capture::look_at_link_type() {
    const int type = ::pcap_datalink(handle_.get());
    has_ethernet_ = type == DLT_EN10MB;
    if (has_ethernet_ || type == DLT_RAW || type == DLT_IPV4 || type == DLT_IPV6) return;
    const char* const name = ::pcap_datalink_val_to_name(type);
    throw UsageError(fmt::format(
        "{}: the link type is {}, and only EN10MB (Ethernet) and RAW (IP) are read here; "
        "capture on one Ethernet interface, not on \"any\"",
        name_, name ? name : std::to_string(type)));
}

void Capture::keep_only(const std::string& expression) {
    bpf_program program{};
    if (::pcap_compile(handle_.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == -1)
        throw UsageError(fmt::format("--filter \"{}\": {}; pcap-filter(7) has the words",
                                     expression, ::pcap_geterr(handle_.get())));
    const int status = ::pcap_setfilter(handle_.get(), &program);
    ::pcap_freecode(&program);
    if (status == -1)
        throw std::runtime_error(fmt::format("{}: {}", name_, ::pcap_geterr(handle_.get())));
}

Next Capture::next(CapturedFrame& frame) {
    pcap_pkthdr* head = nullptr;
    const u_char* bytes = nullptr;
    const int status = ::pcap_next_ex(handle_.get(), &head, &bytes);
    if (status == 0) return Next::none_yet;
    if (status == PCAP_ERROR_BREAK) return Next::end;
    if (status != 1 && is_live_)
        throw std::runtime_error(fmt::format("{}: {}", name_, ::pcap_geterr(handle_.get())));
    if (status != 1)
        throw UsageError(fmt::format("{}: cut or damaged behind frame {}: {}", name_, frames_,
                                     ::pcap_geterr(handle_.get())));
    ++frames_;
    head_ = head;
    frame.bytes = {bytes, head->caplen};
    frame.bytes_on_the_link = head->len;
    frame.time = time_of(head->ts);
    return Next::frame;
}

int Capture::fd() const {
    return is_live_ ? ::pcap_get_selectable_fd(handle_.get()) : -1;
}

std::size_t Capture::dropped() const {
    pcap_stat counts{};
    return is_live_ && ::pcap_stats(handle_.get(), &counts) == 0 ? counts.ps_drop : 0;
}

void Recording::Closer::operator()(pcap_dumper* dumper) const {
    ::pcap_dump_close(dumper);
}

Recording::Recording(Capture& capture, const std::string& path) : capture_(capture), path_(path) {
    struct stat read {
    }, written{};
    if (!capture.is_live_ && is_regular(capture.name_, read) && is_regular(path, written) &&
        read.st_dev == written.st_dev && read.st_ino == written.st_ino)
        throw UsageError(path + ": is the file that is being read; write into another one");
    dumper_.reset(::pcap_dump_open(capture.handle_.get(), as_file(path).c_str()));
    if (!dumper_)
        throw UsageError(fmt::format("--write: {}", ::pcap_geterr(capture.handle_.get())));
}

void Recording::add(const CapturedFrame& frame) {
    ::pcap_dump(reinterpret_cast<u_char*>(dumper_.get()),
                static_cast<const pcap_pkthdr*>(capture_.head_), frame.bytes.data());
}

void Recording::flush() {
    if (::pcap_dump_flush(dumper_.get()) == -1 || std::ferror(::pcap_dump_file(dumper_.get())) != 0)
        throw std::runtime_error(path_ + ": the file system took no more of it");
}

}  // namespace waymark::sniff
