#include "web_app/qr_code.hh"

#include <fmt/core.h>
#include <qrencode.h>

#include <iterator>
#include <memory>

#include "web_app/base64.hh"

namespace waymark::tracker {
namespace {

constexpr int kQuietZone = 4;
constexpr int kLatestVersion = 0;  // as small as the text allows

using Code = std::unique_ptr<QRcode, decltype(&::QRcode_free)>;

// The lowest bit of a module says that it is dark (qrencode.h).
bool is_dark(const QRcode& code, int row, int column) {
    return (code.data[row * code.width + column] & 1) != 0;
}

// Runs of dark modules, each a rectangle one module high.
std::string path_of(const QRcode& code) {
    std::string path;
    for (int row = 0; row < code.width; ++row) {
        for (int column = 0; column < code.width; ++column) {
            if (!is_dark(code, row, column)) continue;
            const int begin = column;
            while (column < code.width && is_dark(code, row, column)) ++column;
            fmt::format_to(std::back_inserter(path), "M{} {}h{}v1h-{}z", begin + kQuietZone,
                           row + kQuietZone, column - begin, column - begin);
        }
    }
    return path;
}

}  // namespace

std::string qr_code_svg(std::string_view text) {
    const Code code(::QRcode_encodeData(static_cast<int>(text.size()),
                                        reinterpret_cast<const unsigned char*>(text.data()),
                                        kLatestVersion, QR_ECLEVEL_M),
                    &::QRcode_free);
    if (!code) return {};
    const int size = code->width + 2 * kQuietZone;
    return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" )"
                       R"(shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/>)"
                       R"(<path fill="#000" d="{1}"/></svg>)",
                       size, path_of(*code));
}

std::string qr_code_image(std::string_view text) {
    const std::string svg = qr_code_svg(text);
    return svg.empty() ? std::string() : "data:image/svg+xml;base64," + to_base64(svg);
}

}  // namespace waymark::tracker
