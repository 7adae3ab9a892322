// Whatever the bytes are: what is found lies within them, no header is longer than it may be, a
// frame that is cut shorter shows no more than the whole one, and a line of text is one line.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "net/frame_layers.hh"

using namespace waymark::net;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// Memory of its own, so that the address sanitizer sees a byte that is read behind the end.
struct Copy {
    explicit Copy(Bytes from) : bytes(new std::uint8_t[from.size()]), size(from.size()) {
        std::copy(from.begin(), from.end(), bytes.get());
    }
    operator Bytes() const { return {bytes.get(), size}; }
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size;
};

void check_within(Bytes part, Bytes whole) {
    if (part.empty()) return;
    require(part.data() >= whole.data());
    require(part.data() + part.size() <= whole.data() + whole.size());
}

void check_header(const Ipv4Header& header, Bytes whole) {
    check_within(header.options, whole);
    require(header.options.size() <= 40);
}
void check_header(const TcpHeader& header, Bytes whole) {
    check_within(header.options, whole);
    require(header.options.size() <= 40);
}
void check_header(const EthernetHeader& header, Bytes) {
    require(header.tags.size() <= kMostVlanTags);
}
void check_header(const Ipv6Header& header, Bytes) {
    require(header.extensions.size() <= kMostExtensions);
    require(header.flow_label <= 0xfffff);
}
template <class Header>
void check_header(const Header&, Bytes) {}

void check_layers(const Layers& layers, Bytes whole) {
    require(layers.headers.size() <= 3);
    check_within(layers.data, whole);
    for (const Layer& layer : layers.headers)
        std::visit([&](const auto& header) { check_header(header, whole); }, layer);
}

void check_line(const std::string& line) {
    for (const char letter : line) require(letter >= ' ' && letter <= '~');
}

void check_text(const Layers& layers) {
    for (const Layer& layer : layers.headers) check_line(to_string(layer));
    check_line(data_text(layers.data, 64));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(data, size);
    const Layers whole = read_frame(bytes);
    check_layers(whole, bytes);
    check_text(whole);
    check_text(read_ip_packet(bytes));
    for (std::size_t part = 0; part <= std::min<std::size_t>(size, 128); ++part) {
        const Copy copy(bytes.first(part));
        const Layers shorter = read_frame(copy);
        check_layers(shorter, copy);
        require(shorter.headers.size() <= whole.headers.size());
        check_layers(read_ip_packet(copy), copy);
    }
    return 0;
}
