#include "net/http/listing.hh"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <memory>
#include <tuple>
#include <vector>

#include "daemon/error.hh"
#include "net/http/grammar.hh"
#include "net/http/html_text.hh"

namespace waymark::net::http {

namespace {

struct ListedFile {
    std::string name;
    bool is_directory;
    std::uint64_t size;
    std::time_t modified;
};

std::string as_text(std::string_view text) {
    std::string shown(text);
    std::ranges::replace_if(
        shown, [](char byte) { return byte >= 0 && byte < 0x20; }, '?');
    return escaped(shown);
}

std::string as_link(std::string_view name) {
    constexpr ByteSet kPlain = kAlphanumerics.with("-._~");
    std::string result = "./";  // "a:b" would be taken for a scheme
    for (const char byte : name)
        if (kPlain.has(byte))
            result += byte;
        else
            fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(byte));
    return result;
}

std::string in_words(std::uint64_t size) {
    constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto number = static_cast<double>(size);
    std::size_t unit = 0;
    for (; number >= 1024; ++unit) number /= 1024;
    return unit == 0 ? fmt::format("{} B", size) : fmt::format("{:.1f} {}", number, kUnits[unit]);
}

std::string in_utc(std::time_t time) {
    std::tm parts{};
    char text[32] = "";
    if (::gmtime_r(&time, &parts) != nullptr)
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return text;
}

// At most one more than are listed.
std::vector<ListedFile> read_names(const daemon::Fd& directory) {
    daemon::Fd readable(
        daemon::check(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open",
                      "a directory to list"));
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::fdopendir(readable.get()), ::closedir);
    if (!opened) daemon::fail(errno, "fdopendir");
    const int number = readable.release();
    std::vector<ListedFile> files;
    while (const dirent* entry = files.size() <= kMostListed ? ::readdir(opened.get()) : nullptr) {
        struct stat status {};
        if (entry->d_name[0] == '.' || ::fstatat(number, entry->d_name, &status, 0) == -1) continue;
        const bool is_directory = S_ISDIR(status.st_mode);
        if (is_directory || S_ISREG(status.st_mode))
            files.push_back({entry->d_name, is_directory,
                             static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec});
    }
    std::ranges::sort(files, {}, [](const ListedFile& file) {
        return std::make_tuple(!file.is_directory, std::string_view(file.name));
    });
    return files;
}

}  // namespace

std::string list_directory(const daemon::Fd& directory, std::string_view path) {
    std::vector<ListedFile> files = read_names(directory);
    const bool is_cut = files.size() > kMostListed;
    if (is_cut) files.resize(kMostListed);
    std::string page = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n"
        "<h1>{0}</h1>\n<table>\n<tr><th>Name<th>Size<th>Last modified (UTC)\n",
        as_text(path));
    if (path != "/") page += "<tr><td><a href=\"../\">../</a><td><td>\n";
    for (const ListedFile& file : files) {
        const char* slash = file.is_directory ? "/" : "";
        fmt::format_to(std::back_inserter(page), "<tr><td><a href=\"{}{}\">{}{}</a><td>{}<td>{}\n",
                       as_link(file.name), slash, as_text(file.name), slash,
                       file.is_directory ? "" : in_words(file.size), in_utc(file.modified));
    }
    page += "</table>\n";
    if (is_cut) fmt::format_to(std::back_inserter(page), "<p>The first {} names.\n", kMostListed);
    return page;
}

}  // namespace waymark::net::http
